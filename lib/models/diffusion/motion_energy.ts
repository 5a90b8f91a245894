import * as tf from "@tensorflow/tfjs-core";
import { stopGradient } from "../layers/mod.ts";

/** A wanted optical flow, in pixels of the frames that are measured. */
export interface WantedFlow {
  /** Displacement of each pixel until the next frame, x to the right, then y down: `[T-1,h,w,2]`. */
  readonly flow: tf.Tensor;
  /** How much each pixel counts, in [0,1]: `[T-1,h,w]`. */
  readonly weight: tf.Tensor;
}

/** Weight of change that the wanted flow does not explain, beside the flow's error. */
const UNEXPLAINED = 0.5;
/** Share of the squares that is added to the diagonal of least squares. */
const RIDGE = 1e-3;
/** Added to sums of squares of differences of pixels in [0,1], so that a plain clip has no flow. */
const TINY = 1e-6;

/**
 * How far clips are from a wanted optical flow: 1 and a half for clips that
 * stand still, 0 for clips that move exactly so.
 *
 * Brightness stays along the motion, `dI/dt + F . grad I = 0`. Least squares over
 * each pair of frames (Lucas & Kanade 1981) find how much of the wanted flow `F`,
 * and of `F` turned by a quarter, explains the change: 1 and 0 are wanted. This
 * alone is met too where a second thing moves fast past a subject that rests, so
 * the share of change that `F` leaves unexplained is added.
 *
 * @param frames `[B,T,h,w,C]` in [0,1]. The flow must be below a pixel a frame:
 *   pass frames of which each pixel is the mean of several.
 * @returns `[B]`
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { motionEnergy } from "lib/models/diffusion/mod.ts";
 * import assert from "node:assert/strict";
 *
 * // Waves along x that go half a pixel to the right in each frame.
 * const clip = (speed: number) =>
 *   tf.tensor(
 *     Float32Array.from({ length: 4 * 256 }, (_, i) => 0.5 + 0.3 * Math.sin((i % 16 - speed * Math.floor(i / 256)) / 2) + 0.1 * Math.cos(Math.floor(i / 16) % 16 / 2)),
 *     [1, 4, 16, 16, 1],
 *   );
 * const wanted = { flow: tf.tile(tf.tensor([0.5, 0], [1, 1, 1, 2]), [3, 16, 16, 1]), weight: tf.ones([3, 16, 16]) };
 * const [moving, still] = [0.5, 0].map((speed) => motionEnergy(clip(speed), wanted).dataSync()[0]!);
 * assert.ok(moving! < 0.05 && still! > 0.9);
 * ```
 */
export function motionEnergy(
  frames: tf.Tensor,
  { flow, weight }: WantedFlow,
): tf.Tensor {
  const [B, T, h, w, C] = frames.shape as [
    number,
    number,
    number,
    number,
    number,
  ];
  const part = (x: tf.Tensor, y0: number, x0: number): tf.Tensor =>
    tf.slice(x, [0, 0, y0, x0, 0], [-1, -1, h - 2, w - 2, -1]);
  const before = tf.slice(frames, [0, 0, 0, 0, 0], [B, T - 1, h, w, C]);
  const after = tf.slice(frames, [0, 1, 0, 0, 0], [B, T - 1, h, w, C]);
  const middle = tf.mul(tf.add(before, after), 0.5);
  const dx = tf.mul(tf.sub(part(middle, 1, 2), part(middle, 1, 0)), 0.5);
  const dy = tf.mul(tf.sub(part(middle, 2, 1), part(middle, 0, 1)), 0.5);
  const dt = part(tf.sub(after, before), 1, 1);

  const wanted = part(tf.expandDims(flow, 0), 1, 1); // [1,T-1,h-2,w-2,2]
  const [fx, fy] = tf.split(wanted, 2, -1) as [tf.Tensor, tf.Tensor];
  const counts = part(tf.reshape(weight, [1, T - 1, h, w, 1]), 1, 1);
  const along = tf.add(tf.mul(dx, fx), tf.mul(dy, fy));
  const aside = tf.sub(tf.mul(dy, fx), tf.mul(dx, fy));
  const total = (x: tf.Tensor, y: tf.Tensor): tf.Tensor =>
    tf.sum(tf.mul(tf.mul(x, y), counts), [2, 3, 4]); // [B,T-1]
  const [alongs, asides] = [total(along, along), total(aside, aside)];
  // Edges of one direction do not tell both: a share of the sum keeps the
  // determinant above the rounding of float32.
  const ridge = tf.add(tf.mul(tf.add(alongs, asides), RIDGE), TINY);
  const [aa, ab, bb] = [
    tf.add(alongs, ridge),
    total(along, aside),
    tf.add(asides, ridge),
  ];
  const [at, bt] = [total(along, dt), total(aside, dt)];
  const determinant = tf.sub(tf.mul(aa, bb), tf.square(ab));
  const share = tf.div(tf.sub(tf.mul(ab, bt), tf.mul(bb, at)), determinant);
  const turned = tf.div(tf.sub(tf.mul(ab, at), tf.mul(aa, bt)), determinant);
  const error = tf.mean(
    tf.add(tf.square(tf.sub(share, 1)), tf.square(turned)),
    1,
  );

  // Pixels count by their change, so that what rests may have texture.
  const changing = stopGradient(tf.sum(tf.square(dt), 4, true));
  const left = tf.square(tf.add(dt, along));
  const sum = (x: tf.Tensor): tf.Tensor =>
    tf.sum(tf.mul(tf.mul(x, changing), counts), [1, 2, 3, 4]);
  const unexplained = tf.div(sum(left), tf.add(sum(tf.square(dt)), TINY));
  return tf.add(error, tf.mul(unexplained, UNEXPLAINED));
}
