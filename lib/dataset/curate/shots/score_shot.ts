import type { Scores } from "../analysis.ts";
import { type TextCells, textLikeShare } from "../scores/text_like.ts";
import type { Change, Measure } from "./measure.ts";

/** What is measured on a larger picture, a few times a second. */
export interface Detail {
  readonly seconds: number;
  readonly sharpness: number;
  readonly text: TextCells;
}

/**
 * Sums up the pictures of a shot.
 *
 * @param measures Those of the shot alone, in order.
 * @param details Those that lie in the shot.
 * @returns undefined for less than two pictures: nothing can be said of motion.
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
  measures: readonly Measure[],
  details: readonly Detail[],
): Scores | undefined {
  // The first change tells how the shot began, not what happens in it.
  const changes = measures.slice(1).flatMap(({ change }) =>
    change === undefined ? [] : [change]
  );
  if (changes.length === 0) return undefined;
  const average = (value: (change: Change) => number): number =>
    mean(changes.map(value));
  const light = measures.map(({ brightness }) => brightness);
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
    occlusion: average(({ unexplained }) => unexplained),
    sharpness: details.length === 0
      ? null
      : median(details.map(({ sharpness }) => sharpness)),
    brightness,
    contrast: mean(measures.map(({ contrast }) => contrast)),
    lightChange: Math.sqrt(
      mean(light.map((value) => (value - brightness) ** 2)),
    ),
    overlay: details.length === 0
      ? null
      : textLikeShare(details.map(({ text }) => text)),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
