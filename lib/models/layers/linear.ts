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
 * Makes a linear layer: weights of deviation `gain / sqrt(in)`, bias zero.
 *
 * @param gain 0 makes a layer that starts as nothing, for residual branches.
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

/** Applies a linear layer over the last axis: `[...,in] -> [...,out]`. */
export function linear(
  { weight, bias }: Tensors<LinearParameters>,
  x: tf.Tensor,
): tf.Tensor {
  const [from, to] = weight.shape as [number, number];
  const rows = tf.reshape(x, [x.size / from, from]);
  const product = tf.add(tf.matMul(rows, weight), bias);
  return tf.reshape(product, [...x.shape.slice(0, -1), to]);
}
