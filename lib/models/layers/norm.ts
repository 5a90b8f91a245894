import * as tf from "@tensorflow/tfjs-core";
import type { NdArray } from "../../core/mod.ts";
import { ones, type Tensors } from "./parameters.ts";

/** Added to a mean square before its root is taken. */
const EPSILON = 1e-6;

/** Scale of each channel, `[C]`. */
export interface NormParameters {
  readonly scale: NdArray;
}

/** Makes a norm that starts with scale one. */
export function initNorm(channels: number): NormParameters {
  return { scale: ones([channels]) };
}

/**
 * Root-mean-square norm over the last axis: `[...,C] -> [...,C]`
 * (Zhang & Sennrich 2019, arXiv 1910.07467).
 *
 * Each position is normed by its own channels alone, so that a clip coded in
 * tiles gives what the whole clip gives.
 */
export function rmsNorm(
  { scale }: Tensors<NormParameters>,
  x: tf.Tensor,
): tf.Tensor {
  const meanSquare = tf.mean(tf.square(x), -1, true);
  return tf.mul(tf.mul(x, tf.rsqrt(tf.add(meanSquare, EPSILON))), scale);
}

/**
 * Layer norm over the last axis without parameters: `[...,C] -> [...,C]` of
 * mean 0 and variance 1 (Ba et al. 2016, arXiv 1607.06450). Scale and shift
 * come from the timestep.
 */
export function layerNorm(x: tf.Tensor): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.mul(centred, tf.rsqrt(tf.add(variance, EPSILON)));
}
