import * as tf from "@tensorflow/tfjs-core";

/** Sizes of a block of cells: time, height, width. */
export type Block = readonly [time: number, height: number, width: number];

/**
 * Folds blocks of cells into channels:
 * `[B,T,H,W,C] -> [B,T/t,H/h,W/w,t*h*w*C]`. With a layer of stride 1 after it,
 * it is a strided convolution.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { spaceToDepth } from "lib/models/layers/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(spaceToDepth(tf.zeros([1, 4, 4, 4, 3]), [2, 2, 2]).shape, [1, 2, 2, 2, 24]);
 * ```
 */
export function spaceToDepth(x: tf.Tensor, [t, h, w]: Block): tf.Tensor {
  const [B, T, H, W, C] = x.shape as [number, number, number, number, number];
  // Six axes suffice: neighbours in width are contiguous.
  const split = tf.reshape(x, [B * T / t, t, H / h, h, W / w, w * C]);
  const folded = tf.transpose(split, [0, 2, 4, 1, 3, 5]);
  return tf.reshape(folded, [B, T / t, H / h, W / w, t * h * w * C]);
}

/**
 * The inverse of {@link spaceToDepth}:
 * `[B,T,H,W,t*h*w*C] -> [B,T*t,H*h,W*w,C]`.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { depthToSpace, spaceToDepth } from "lib/models/layers/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const x = tf.range(0, 16).reshape([1, 1, 4, 4, 1]);
 * const back = depthToSpace(spaceToDepth(x, [1, 2, 2]), [1, 2, 2]);
 * assert.deepEqual(back.dataSync(), x.dataSync());
 * ```
 */
export function depthToSpace(x: tf.Tensor, [t, h, w]: Block): tf.Tensor {
  const [B, T, H, W, D] = x.shape as [number, number, number, number, number];
  const C = D / (t * h * w);
  const split = tf.reshape(x, [B * T, H, W, t, h, w * C]);
  const unfolded = tf.transpose(split, [0, 3, 1, 4, 2, 5]);
  return tf.reshape(unfolded, [B, T * t, H * h, W * w, C]);
}
