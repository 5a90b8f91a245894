import {
  DROP_RULES,
  type KeptRow,
  type LeftOut,
  leftOutLines,
  type ManifestRow,
} from "../../dataset/curate/mod.ts";
import { PHASES } from "../../dataset/vocabulary/mod.ts";
// The front door would load the networks.
import { LEAST_CLIPS } from "../../evaluation/held_out/least_clips.ts";

/**
 * Summarises a manifest: shots and seconds by phase and split, and every dropped
 * row with its reason.
 *
 * @param leftOut Files of the folders that are not ingested.
 * @param tables Lines about the tables of captions.
 */
export function summaryOf(
  rows: readonly ManifestRow[],
  { leftOut, tables }: {
    readonly leftOut: readonly LeftOut[];
    readonly tables: readonly string[];
  },
): string {
  const kept = rows.filter((row) => row.status === "kept");
  const dropped = rows.filter((row) => row.status === "dropped");
  const files = new Set(rows.map(({ source }) => source.path)).size;
  const labels = new Set(kept.flatMap((row) => Object.keys(row.labels ?? {})));
  const lines = [
    `${counted(files, "file")}: ${counted(kept.length, "shot")} kept ` +
    `(${lengthOf(kept)}), ${counted(dropped.length, "row")} dropped`,
    "",
    ...PHASES.map((phase) => {
      const own = kept.filter((row) => row.phase === phase);
      return `phase ${phase}: ${counted(own.length, "shot")}, ${lengthOf(own)}`;
    }),
    "",
    ...(["train", "validation"] as const).map((split) => {
      const own = kept.filter((row) => row.split === split);
      const sources = new Set(own.map(({ source }) => source.path)).size;
      return `${split}: ${counted(own.length, "shot")} of ${
        counted(sources, "file")
      }, ${lengthOf(own)}` +
        (split === "validation" && own.length > 0
          ? ` (${heldOutText(kept)})`
          : "");
    }),
    ...heldOutNote(kept),
    uncaptionedText(kept),
    ...(labels.size > 0 ? [`labels: ${[...labels].join(", ")}`] : []),
  ];
  if (dropped.length > 0) lines.push("", "dropped:");
  for (const rule of DROP_RULES) {
    const own = dropped.filter((row) => row.rule === rule);
    if (own.length > 0) lines.push(`  ${rule}: ${own.length}`);
    for (const { source, shot, reason } of own) {
      const place = shot === null
        ? ""
        : ` ${shot.startSeconds.toFixed(2)}-${shot.endSeconds.toFixed(2)} s`;
      lines.push(`    ${source.path}${place}: ${reason}`);
    }
  }
  const notes = new Set(
    rows.flatMap(({ source, notes }) =>
      notes.map((note) => `  ${source.path}: ${note}`)
    ),
  );
  if (notes.size > 0) lines.push("", "notes:", ...notes);
  if (tables.length > 0) {
    lines.push("", "tables of captions:", ...tables.map((line) => `  ${line}`));
  }
  if (leftOut.length > 0) {
    const own = leftOutLines(leftOut).map((line) => `  ${line}`);
    lines.push("", "left out:", ...own);
  }
  return `${lines.join("\n")}\n`;
}

/** How many shots have no caption, and how they get one. */
function uncaptionedText(kept: readonly KeptRow[]): string {
  const { length } = kept.filter(({ captions }) => captions.length === 0);
  return `without a caption: ${counted(length, "shot")}` +
    (length === 0
      ? ""
      : "; write name.txt beside each video, or pass a table with --captions");
}

/** `the last part of 3 files, 1 whole file`. */
function heldOutText(kept: readonly KeptRow[]): string {
  const [train, held] = (["train", "validation"] as const).map((split) =>
    new Set(
      kept.filter((row) => row.split === split).map(({ source }) =>
        source.path
      ),
    )
  );
  const parts = held!.intersection(train!).size;
  const whole = held!.size - parts;
  return [
    ...parts > 0 ? [`the last part of ${counted(parts, "file")}`] : [],
    ...whole > 0 ? [counted(whole, "whole file")] : [],
  ].join(", ");
}

/** A line where so little is held out that nothing may be evaluated on it. */
function heldOutNote(kept: readonly KeptRow[]): string[] {
  const held = kept.filter(({ split }) => split === "validation").length;
  if (kept.length === 0 || held >= LEAST_CLIPS) return [];
  return [
    `note: ${counted(held, "shot")} held out may be too few for deno task ` +
    `evaluate, which compares ${LEAST_CLIPS} clips or more: ingest again with ` +
    "--validation 0.3, or more video",
  ];
}

function lengthOf(rows: readonly KeptRow[]): string {
  const seconds = rows.reduce(
    (sum, { shot }) => sum + shot.endSeconds - shot.startSeconds,
    0,
  );
  return seconds < 600
    ? `${seconds.toFixed(1)} s`
    : `${(seconds / 60).toFixed(1)} min`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
