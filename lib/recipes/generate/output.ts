import { type Clip, InputError } from "../../core/mod.ts";

/** Where generated videos go. */
export interface Output {
  /** Loads what writes files; it may be called ahead of them, and need not be. */
  prepare(): Promise<unknown>;
  /**
   * Writes the videos and one contact sheet of all; returns the paths.
   *
   * @param prompts One for each clip.
   */
  write(clips: readonly Clip[], prompts: readonly string[]): Promise<{
    readonly videos: readonly string[];
    readonly sheet: string;
  }>;
}

/** Loaded while the first clip is drawn: FFmpeg and a canvas take 0.3 s. */
const writers = () => import("../../dataset/encode/mod.ts");

/**
 * Reads where to write: a name that ends in `.mp4` or `.gif` is one video's,
 * anything else is a folder.
 *
 * @example
 * ```ts
 * import { outputAt } from "lib/recipes/generate/output.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => outputAt("two.mp4", 2), /several videos must go to a folder/);
 * ```
 *
 * @throws {InputError} if several videos should go into one file, or the file's
 *   ending is another one
 */
export function outputAt(path: string, count: number): Output {
  const slash = path.lastIndexOf("/") + 1;
  const ending = /\.(\w{2,4})$/.exec(path.slice(slash))?.[1]?.toLowerCase();
  if (ending === undefined) return folderOutput(path);
  if (ending !== "mp4" && ending !== "gif") {
    throw new InputError(
      "Cannot use --out: a file must end in .mp4 or .gif: current value is " +
        `"${path}"; give another ending, or a folder's name`,
    );
  }
  if (count > 1) {
    throw new InputError(
      "Cannot use --out: several videos must go to a folder: current value " +
        `is "${path}" for ${count}; give a folder's name`,
    );
  }
  const stem = path.slice(0, -ending.length - 1);
  return writing(
    slash > 0 ? path.slice(0, slash - 1) || "/" : ".",
    () => path,
    `${stem}.png`,
    ending,
  );
}

function folderOutput(folder: string): Output {
  return writing(
    folder,
    (i) => `${folder}/video_${String(i + 1).padStart(2, "0")}.mp4`,
    `${folder}/contact_sheet.png`,
    "mp4",
  );
}

function writing(
  folder: string,
  pathOf: (index: number) => string,
  sheet: string,
  kind: "mp4" | "gif",
): Output {
  return {
    prepare: writers,
    async write(clips, prompts) {
      const { contactSheet, writeGif, writeMp4, writePng } = await writers();
      await Deno.mkdir(folder, { recursive: true });
      const videos = clips.map((_, i) => pathOf(i));
      for (const [i, clip] of clips.entries()) {
        await (kind === "gif" ? writeGif : writeMp4)(videos[i]!, clip);
      }
      const rows = clips.map((clip, i) => ({
        label: prompts[i] || "no prompt",
        clip,
      }));
      await writePng(sheet, await contactSheet(rows, { scale: 2 }));
      return { videos, sheet };
    },
  };
}
