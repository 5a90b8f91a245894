import * as tf from "@tensorflow/tfjs-core";

/**
 * Gives each cell of a fine grid what the coarse cell has in which it lies:
 * `[B,t,h,w,C] -> [B,T,H,W,C]`.
 *
 * @param shape Of the fine grid, `[B,T,H,W,...]`: multiples of the coarse one's.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { spread } from "lib/models/decoder/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const coarse = tf.reshape(tf.tensor1d([1, 2]), [1, 1, 1, 2, 1]);
 * assert.deepEqual([...spread(coarse, [1, 1, 1, 4, 1]).dataSync()], [1, 1, 2, 2]);
 * ```
 */
export function spread(x: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const [B, T, H, W] = shape as [number, number, number, number];
  const [, t, h, w, C] = x.shape as [number, number, number, number, number];
  // Axis by axis, the last first, each as the middle one of three.
  const rows = repeated(tf.reshape(x, [B * t * h * w, 1, C]), W / w);
  const planes = repeated(tf.reshape(rows, [B * t * h, 1, W * C]), H / h);
  const clips = repeated(tf.reshape(planes, [B * t, 1, H * W * C]), T / t);
  return tf.reshape(clips, [B, T, H, W, C]);
}

/** `[N,1,S] -> [N,times,S]`. */
function repeated(x: tf.Tensor, times: number): tf.Tensor {
  return times === 1 ? x : tf.mul(x, tf.ones([1, times, 1]));
}
