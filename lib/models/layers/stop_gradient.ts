import * as tf from "@tensorflow/tfjs-core";

/** The same value; its gradient is zero. */
export function stopGradient(x: tf.Tensor): tf.Tensor {
  return tf.customGrad((x) => ({
    value: tf.clone(x as tf.Tensor),
    gradFunc: (dy) => tf.zerosLike(dy),
  }))(x);
}
