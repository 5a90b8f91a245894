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

/**
 * Makes a 3-D convolution: weights of std `gain / sqrt(in * kernel cells)`, bias
 * zero.
 *
 * @param size Kernel size: one number for a cube, or time, height and width.
 */
export function initConv3d(
  rng: Rng,
  size: 1 | 3 | readonly [1 | 3, 1 | 3, 1 | 3],
  from: number,
  to: number,
  gain = 1,
): Conv3dParameters {
  const kernel = typeof size === "number" ? [size, size, size] : size;
  const fanIn = from * sizeOf(kernel);
  return {
    weight: normal(rng, [...kernel, from, to], gain / Math.sqrt(fanIn)),
    bias: zeros([to]),
  };
}

/**
 * Convolution of stride 1 with zero padding:
 * `[B,T,H,W,in] -> [B,T,H,W,out]`.
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
