import * as tf from "@tensorflow/tfjs-core";

/** `x * sigmoid(x)` (Elfwing et al. 2017, arXiv 1702.03118). */
export function silu(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.sigmoid(x));
}

/**
 * Gaussian error linear unit in its tanh form (Hendrycks & Gimpel 2016,
 * arXiv 1606.08415), computed as `x * sigmoid(2 u)`, which is the same.
 */
export function gelu(x: tf.Tensor): tf.Tensor {
  const cubic = tf.mul(tf.mul(tf.square(x), 0.044715), x);
  const u = tf.mul(tf.add(x, cubic), 2 * Math.sqrt(2 / Math.PI));
  return tf.mul(x, tf.sigmoid(u));
}
