import type { Scores } from "../analysis.ts";
import { type TextCells, textLikeShare } from "../scores/text_like.ts";
import type { FrameChange, FrameStats } from "./frame_stats.ts";

/** Statistics of a larger frame, taken a few times a second. */
export interface DetailStats {
  readonly seconds: number;
  readonly sharpness: number;
  readonly text: TextCells;
}

/**
 * Averages the statistics of the frames of a shot.
 *
 * @param frames Of the shot alone, in order.
 * @param details Of the shot alone.
 * @returns undefined for fewer than two frames, which have no motion.
 *
 * @example
 * ```ts
 * import { scoreShot } from "lib/dataset/curate/shots/score_shot.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(scoreShot([], []), undefined);
 * ```
 */
export function scoreShot(
  frames: readonly FrameStats[],
  details: readonly DetailStats[],
): Scores | undefined {
  // The first change is the one across the cut.
  const changes = frames.slice(1).flatMap(({ change }) =>
    change === undefined ? [] : [change]
  );
  if (changes.length === 0) return undefined;
  const average = (value: (change: FrameChange) => number): number =>
    mean(changes.map(value));
  const light = frames.map(({ brightness }) => brightness);
  const brightness = mean(light);
  return {
    motion: average(({ motion }) => motion),
    cameraMotion: average(({ cameraMotion }) => cameraMotion),
    panRight: average(({ pan }) => pan[0]),
    panDown: average(({ pan }) => pan[1]),
    zoom: average(({ zoom }) => zoom),
    roll: average(({ roll }) => roll),
    subjectMotion: average(({ subjectMotion }) => subjectMotion),
    movingShare: average(({ movingShare }) => movingShare),
    subjects: median(changes.map(({ subjects }) => subjects)),
    occlusion: average(({ unmatched }) => unmatched),
    sharpness: details.length === 0
      ? null
      : median(details.map(({ sharpness }) => sharpness)),
    brightness,
    contrast: mean(frames.map(({ contrast }) => contrast)),
    lightChange: Math.sqrt(
      mean(light.map((value) => (value - brightness) ** 2)),
    ),
    overlay: details.length === 0
      ? null
      : textLikeShare(details.map(({ text }) => text)),
  };
}

/** The scores of a picture: those of its frame, without motion. */
export function scorePicture(
  { brightness, contrast }: FrameStats,
  { sharpness, text }: DetailStats,
): Scores {
  return {
    motion: 0,
    cameraMotion: 0,
    panRight: 0,
    panDown: 0,
    zoom: 0,
    roll: 0,
    subjectMotion: 0,
    movingShare: 0,
    subjects: 0,
    occlusion: 0,
    sharpness,
    brightness,
    contrast,
    lightChange: 0,
    overlay: textLikeShare([text]),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
