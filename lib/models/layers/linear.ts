import * as tf from "@tensorflow/tfjs-core";
import { type NdArray, type Rng, zeros } from "../../core/mod.ts";
import { normal, type Tensors } from "./parameters.ts";

/** `y = x W + b`. */
export interface LinearParameters {
  /** `[in,out]`. */
  readonly weight: NdArray;
  /** `[out]`. */
  readonly bias: NdArray;
}

/**
 * Makes a linear layer: weights of std `gain / sqrt(in)`, bias zero.
 *
 * @param gain 0 makes a layer that starts as nothing, for residual branches.
 *
 * @example
 * ```ts
 * import { initLinear } from "lib/models/layers/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { weight, bias } = initLinear(new Rng(0), 4, 8);
 * assert.deepEqual([weight.shape, bias.shape], [[4, 8], [8]]);
 * ```
 */
export function initLinear(
  rng: Rng,
  from: number,
  to: number,
  gain = 1,
): LinearParameters {
  return {
    weight: normal(rng, [from, to], gain / Math.sqrt(from)),
    bias: zeros([to]),
  };
}

/**
 * Applies a linear layer over the last axis: `[...,in] -> [...,out]`.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { linear } from "lib/models/layers/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const layer = { weight: tf.tensor2d([[1], [2]]), bias: tf.tensor1d([3]) };
 * assert.equal(linear(layer, tf.tensor2d([[10, 100]])).dataSync()[0], 213);
 * ```
 */
export function linear(
  { weight, bias }: Tensors<LinearParameters>,
  x: tf.Tensor,
): tf.Tensor {
  const [from, to] = weight.shape as [number, number];
  const rows = tf.reshape(x, [x.size / from, from]);
  const product = tf.add(tf.matMul(rows, weight), bias);
  return tf.reshape(product, [...x.shape.slice(0, -1), to]);
}
