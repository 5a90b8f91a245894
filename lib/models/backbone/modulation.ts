import * as tf from "@tensorflow/tfjs-core";
import { layerNorm } from "../layers/mod.ts";

/**
 * Splits adaLN modulation vectors: a block's own table `[K,D]` plus what all
 * blocks share `[B,K,D]`, as K tensors `[B,1,D]` (adaLN-single: Chen et al.
 * 2023, PixArt-alpha, arXiv 2310.00426).
 */
export function modulationOf(
  table: tf.Tensor,
  shared: tf.Tensor,
): tf.Tensor[] {
  return tf.split(tf.add(shared, table), table.shape[0]!, 1);
}

/** `layerNorm(x) * (1 + scale) + shift`: `[B,N,D]` with `[B,1,D]`. */
export function modulatedNorm(
  x: tf.Tensor,
  shift: tf.Tensor,
  scale: tf.Tensor,
): tf.Tensor {
  return tf.add(tf.mul(layerNorm(x), tf.add(scale, 1)), shift);
}

/**
 * A gated residual branch: `x + gate * branch(modulatedNorm(x))`, `[B,N,D]`.
 *
 * @param modulation Shift, scale and gate, `[B,1,D]` each.
 */
export function modulatedResidual(
  x: tf.Tensor,
  [shift, scale, gate]: readonly tf.Tensor[],
  branch: (x: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  return tf.add(x, tf.mul(branch(modulatedNorm(x, shift!, scale!)), gate!));
}
