import * as tf from "@tensorflow/tfjs-core";
import { type NdArray, type Rng, zeros } from "../../core/mod.ts";
import { normal, type Tensors } from "./parameters.ts";

/** A linear layer. */
export interface LinearParameters {
  /** `[in,out]`. */
  readonly weight: NdArray;
  /** `[out]`. */
  readonly bias: NdArray;
}

/**
 * Makes a linear layer: weights of std `gain / sqrt(in)`, bias zero.
 *
 * @param gain 0 for the last layer of a residual branch, which then starts as
 *   the identity.
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
 * `x W + b` over the last axis: `[...,in] -> [...,out]`.
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
