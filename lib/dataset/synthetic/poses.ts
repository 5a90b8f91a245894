import type { Pose } from "../../core/mod.ts";
import type { ClipShape } from "../batches/clip_source.ts";
import { brightnessAtSubject } from "./_light.ts";
import { project } from "./_projection.ts";
import { foremostMoments } from "./_stage.ts";
import type { Take } from "./take.ts";
import { seenThrough } from "./_weather.ts";

/**
 * Where the most prominent subject of a take is, seen or not, and how it is
 * seen: that of the square of its picture, in each frame.
 *
 * @example
 * ```ts
 * import { planTake, posesOf } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const take = planTake({ seed: 1, phase: 1, split: "train", index: 0 });
 * const poses = posesOf(take, { frames: 3, height: 64, width: 64, fps: 8 });
 * // Half-way through a subject has the size that it was planned with.
 * assert.ok(Math.abs(poses[1]!.width - 64 * take.subjects[0]!.size) < 1e-9);
 * ```
 */
export function posesOf(take: Take, shape: ClipShape): Pose[] {
  const presence = seenThrough(take.labels.weather);
  return foremostMoments(take, shape).map(({ matrix, shine }) => {
    const at = (s: number, t: number): readonly [number, number] =>
      project(matrix, s, t) ?? [NaN, NaN]; // behind the camera
    const [x, y] = at(0.5, 0.5);
    const [left, right, top, bottom] = [
      at(0, 0.5),
      at(1, 0.5),
      at(0.5, 0),
      at(0.5, 1),
    ];
    return {
      x: x - shape.width / 2,
      y: y - shape.height / 2,
      width: Math.hypot(right[0] - left[0], right[1] - left[1]),
      height: Math.hypot(bottom[0] - top[0], bottom[1] - top[1]),
      turn: Math.atan2(right[1] - left[1], right[0] - left[0]),
      light: brightnessAtSubject(shine) - 1,
      presence,
    };
  });
}
