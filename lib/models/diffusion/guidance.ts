import * as tf from "@tensorflow/tfjs-core";

/** An untrained model outputs zero; avoid dividing by its standard deviation. */
const MIN_STD = 1e-12;

/**
 * Classifier-free guidance (Ho & Salimans 2022, arXiv 2207.12598):
 * `uncond + scale * (cond - uncond)`. A scale of 1 is the prompt as it is.
 *
 * @param cond Velocity given the prompt, `[B,...]`.
 * @param uncond Velocity given the empty prompt, `[B,...]`.
 * @param scale A scalar tensor.
 * @param rescale A scalar tensor in [0,1]: guidance raises the standard
 *   deviation of a sample until colours burn; how far it is brought back to that
 *   of `cond` (Lin et al. 2023, arXiv 2305.08891, section 3.4).
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { guide } from "lib/models/diffusion/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const y = guide(tf.tensor1d([3]), tf.tensor1d([1]), tf.scalar(2));
 * assert.equal(y.dataSync()[0], 5);
 * ```
 */
export function guide(
  cond: tf.Tensor,
  uncond: tf.Tensor,
  scale: tf.Tensor,
  rescale?: tf.Tensor,
): tf.Tensor {
  const guided = tf.add(uncond, tf.mul(tf.sub(cond, uncond), scale));
  if (rescale === undefined) return guided;
  const ratio = tf.div(stdOf(cond), tf.maximum(stdOf(guided), MIN_STD));
  // rescale * ratio + (1 - rescale), as a factor of each sample.
  return tf.mul(guided, tf.add(1, tf.mul(rescale, tf.sub(ratio, 1))));
}

/** Standard deviation within each sample: `[B,...] -> [B,1,...]`. */
function stdOf(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.slice(1).map((_, axis) => axis + 1);
  const centred = tf.sub(x, tf.mean(x, axes, true));
  return tf.sqrt(tf.mean(tf.square(centred), axes, true));
}
