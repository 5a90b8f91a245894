import { basename } from "node:path";
import { extensionOf } from "./video_names.ts";

/** Why a walk leaves out a file. */
const REASONS = {
  hidden: "hidden, as their names begin with a dot",
  twice: "reached before by another path",
  alone: "captions beside no video of that name",
  code: "with the extension of a transport stream, which they are not",
  other: "no videos by their extension",
} as const;

/** A file that a walk leaves out. */
export interface LeftOut {
  readonly path: string;
  readonly reason: keyof typeof REASONS;
}

/** Names in a message for one reason. */
const MOST_NAMES = 5;

/**
 * Lists the files that a walk leaves out, a line for each reason.
 *
 * @example
 * ```ts
 * import { leftOutLines } from "lib/dataset/curate/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(leftOutLines([{ path: "a/._b.mp4", reason: "hidden" }]), [
 *   "1 hidden, as their names begin with a dot: ._b.mp4",
 * ]);
 * ```
 */
export function leftOutLines(files: readonly LeftOut[]): string[] {
  return Object.entries(REASONS).flatMap(([reason, text]) => {
    const own = files.filter((file) => file.reason === reason);
    if (own.length === 0) return [];
    const list = reason === "other"
      ? byExtension(own)
      : own.slice(0, MOST_NAMES).map(({ path }) => basename(path));
    const more = reason === "other" ? 0 : own.length - list.length;
    return [
      `${own.length} ${text}: ${list.join(", ")}` +
      (more > 0 ? ` and ${more} more` : ""),
    ];
  });
}

/** `.md 2`, sorted. */
function byExtension(files: readonly LeftOut[]): string[] {
  const groups = Map.groupBy(files, ({ path }) => extensionOf(path));
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map((
    [extension, { length }],
  ) => `${extension === "" ? "no extension" : `.${extension}`} ${length}`);
}
