import * as tf from "@tensorflow/tfjs-core";

/**
 * Classifier-free guidance (Ho & Salimans 2022, arXiv 2207.12598):
 * `without + scale * (with - without)`. A scale of 1 leaves the prompt as it is.
 *
 * @param withPrompt Velocity given the prompt, `[B,...]`.
 * @param withoutPrompt Velocity given the empty prompt, `[B,...]`.
 * @param scale A scalar tensor.
 */
export function guide(
  withPrompt: tf.Tensor,
  withoutPrompt: tf.Tensor,
  scale: tf.Tensor,
): tf.Tensor {
  return tf.add(
    withoutPrompt,
    tf.mul(tf.sub(withPrompt, withoutPrompt), scale),
  );
}
