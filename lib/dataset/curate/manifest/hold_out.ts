import type { Analysis, Segment } from "../analysis.ts";
import type { KeptRow, ManifestRow } from "./row.ts";

/** A part of a video, and whether models are trained on it. */
export interface SplitSegment {
  readonly segment: Segment;
  readonly split: KeptRow["split"];
}

/** With fewer files, the last part of each is held out instead of whole files. */
export const FEW_FILES = 20;
/** Seconds before a held-out part that belong to no split. */
export const HELD_OUT_GAP = 0.5;
/** Shortest held-out part of a file, seconds and share: the smaller of the two. */
const HELD_OUT_SECONDS = 3;
const HELD_OUT_SHARE = 0.25;

/** Whether the first 32 bits of the hash, as a share of 2^32, are below a share. */
export function isForValidation(sha256: string, share: number): boolean {
  return parseInt(sha256.slice(0, 8), 16) / 2 ** 32 < share;
}

/**
 * Holds out the last part of a video. A shot across its beginning is divided,
 * with a gap; a part that would be shorter than a shot may be is left whole.
 *
 * @param share Of the video, in (0,1); more of short ones, so that the part holds
 *   a clip.
 * @param minSeconds Shortest shot.
 */
export function splitByTime(
  { segments, video: { durationSeconds } }: Analysis,
  share: number,
  minSeconds: number,
): SplitSegment[] {
  const held = Math.max(
    share * durationSeconds,
    Math.min(HELD_OUT_SECONDS, HELD_OUT_SHARE * durationSeconds),
  );
  const begin = durationSeconds - held;
  return segments.flatMap((segment): SplitSegment[] => {
    const { startSeconds, endSeconds } = segment;
    if (startSeconds >= begin) return [{ segment, split: "validation" }];
    const isLong = begin - HELD_OUT_GAP - startSeconds >= minSeconds &&
      endSeconds - begin >= minSeconds;
    if (endSeconds <= begin - HELD_OUT_GAP || !isLong) {
      return [{ segment, split: "train" }];
    }
    return [
      {
        segment: partOf(segment, startSeconds, begin - HELD_OUT_GAP),
        split: "train",
      },
      { segment: partOf(segment, begin, endSeconds), split: "validation" },
    ];
  });
}

/** A part of a segment with its scores; frames in proportion. */
function partOf(
  segment: Segment,
  startSeconds: number,
  endSeconds: number,
): Segment {
  const seconds = segment.endSeconds - segment.startSeconds;
  const pictures = Math.round(
    segment.pictures * (endSeconds - startSeconds) / seconds,
  );
  return { ...segment, startSeconds, endSeconds, pictures };
}

/**
 * Holds out one file, that of the smallest hash, where chance or short videos
 * left none. A single file cannot be held out.
 */
export function withOneHeldOut(rows: readonly ManifestRow[]): ManifestRow[] {
  const kept = rows.filter((row) => row.status === "kept");
  const files = [...new Set(kept.map(({ source }) => source.sha256!))].sort();
  if (files.length < 2 || kept.some(({ split }) => split === "validation")) {
    return [...rows];
  }
  return rows.map((row) =>
    row.status === "kept" && row.source.sha256 === files[0]
      ? { ...row, split: "validation" }
      : row
  );
}
