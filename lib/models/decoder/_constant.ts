import * as tf from "@tensorflow/tfjs-core";

/** A tensor of numbers that are known beforehand. */
export function constant(
  shape: readonly number[],
  values: readonly number[],
): tf.Tensor {
  return tf.tensor([...values], [...shape]);
}
