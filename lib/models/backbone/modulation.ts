import * as tf from "@tensorflow/tfjs-core";

/**
 * The vectors by which the timestep steers a block: the block's own table
 * `[K,D]` plus what all blocks share `[B,K,D]`, as K tensors `[B,1,D]`
 * (adaLN-single: Chen et al. 2023, PixArt-alpha, arXiv 2310.00426).
 */
export function modulationOf(
  table: tf.Tensor,
  shared: tf.Tensor,
): tf.Tensor[] {
  const count = table.shape[0]!;
  return tf.split(tf.add(shared, table), count, 1);
}

/** `x * (1 + scale) + shift`: `[B,N,D]` with `[B,1,D]`. */
export function modulate(
  x: tf.Tensor,
  scale: tf.Tensor,
  shift: tf.Tensor,
): tf.Tensor {
  return tf.add(tf.mul(x, tf.add(scale, 1)), shift);
}
