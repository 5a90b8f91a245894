import * as tf from "@tensorflow/tfjs-core";
import { type NdArray, type Rng, sizeOf, zeros } from "../../core/mod.ts";
import { normal, type Tensors } from "./parameters.ts";

/** A 3-D convolution. */
export interface Conv3dParameters {
  /** `[kT,kH,kW,in,out]`. */
  readonly weight: NdArray;
  /** `[out]`. */
  readonly bias: NdArray;
}

/** Cells along a window: one number for a cube, or time, height and width. */
export type WindowSize = 1 | 3 | readonly [1 | 3, 1 | 3, 1 | 3];

/**
 * Makes a convolution: weights of std `gain / sqrt(in * cells of the
 * window)`, bias zero.
 *
 * @example
 * ```ts
 * import { initConv3d } from "lib/models/layers/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(initConv3d(new Rng(0), [3, 1, 1], 4, 8).weight.shape, [3, 1, 1, 4, 8]);
 * ```
 */
export function initConv3d(
  rng: Rng,
  size: WindowSize,
  from: number,
  to: number,
  gain = 1,
): Conv3dParameters {
  const window = typeof size === "number" ? [size, size, size] : size;
  const fanIn = from * sizeOf(window);
  return {
    weight: normal(rng, [...window, from, to], gain / Math.sqrt(fanIn)),
    bias: zeros([to]),
  };
}

/**
 * Convolves with stride 1, zeros outside: `[B,T,H,W,in] -> [B,T,H,W,out]`.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { tensorsOf } from "lib/compiler/mod.ts";
 * import { conv3d, initConv3d } from "lib/models/layers/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const layer = tensorsOf(initConv3d(new Rng(0), 3, 4, 8));
 * assert.deepEqual(conv3d(layer, tf.ones([1, 2, 5, 5, 4])).shape, [1, 2, 5, 5, 8]);
 * ```
 */
export function conv3d(
  { weight, bias }: Tensors<Conv3dParameters>,
  x: tf.Tensor,
): tf.Tensor {
  const product = tf.conv3d(
    x as tf.Tensor5D,
    weight as tf.Tensor5D,
    1,
    "same",
  );
  return tf.add(product, bias);
}
