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

/** The prediction of a model. */
export interface Prediction {
  /** Noisy latents, `[B,t,h,w,Z]`. */
  readonly latent: tf.Tensor;
  /** Noise level of each, `[B]` in (0,1]. */
  readonly sigma: tf.Tensor;
  /** Predicted velocity, `[B,t,h,w,Z]`, after classifier-free guidance. */
  readonly velocity: tf.Tensor;
}

/**
 * A guidance hook: returns another velocity for a prediction. Pure functions of
 * tensors, so that they are compiled together with the model.
 */
export type Guidance = (prediction: Prediction) => tf.Tensor;

/**
 * Applies guidance hooks in turn, each to the velocity of the one before it.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { guideBy } from "lib/models/diffusion/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const [latent, velocity] = [tf.tensor2d([[3]]), tf.tensor2d([[4]])];
 * const prediction = { latent, sigma: tf.tensor1d([0.5]), velocity };
 * const slower = guideBy([({ velocity }) => tf.div(velocity, 2)], prediction);
 * assert.equal(slower.dataSync()[0], 2);
 * ```
 */
export function guideBy(
  guidances: readonly Guidance[],
  prediction: Prediction,
): tf.Tensor {
  return guidances.reduce(
    (velocity, guidance) => guidance({ ...prediction, velocity }),
    prediction.velocity,
  );
}

/**
 * The clean latents of a prediction: `latent - sigma * velocity`.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { predictX0 } from "lib/models/diffusion/mod.ts";
 * import assert from "node:assert/strict";
 *
 * // Halfway between 1 and noise of 5.
 * const latent = tf.tensor2d([[3]]);
 * const x0 = predictX0({ latent, sigma: tf.tensor1d([0.5]), velocity: tf.tensor2d([[4]]) });
 * assert.equal(x0.dataSync()[0], 1);
 * ```
 */
export function predictX0({ latent, sigma, velocity }: Prediction): tf.Tensor {
  const axes = latent.shape.slice(1).fill(1);
  return tf.sub(
    latent,
    tf.mul(tf.reshape(sigma, [sigma.size, ...axes]), velocity),
  );
}

/**
 * Guidance towards clips of low energy: a distance to an optical flow, the
 * flicker, the difference to a given frame. The predicted x0 moves against the
 * gradient of the energy, by less at low noise (after Dhariwal & Nichol 2021,
 * arXiv 2105.05233, with the gradient taken at x0).
 *
 * @param energy Of clean latents `[B,t,h,w,Z]`, a scalar: the sum over samples.
 * @param strength Distance, in latents, by which a gradient of 1 moves x0.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { energyGuidance, predictX0 } from "lib/models/diffusion/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const prediction = {
 *   latent: tf.tensor2d([[3]]),
 *   sigma: tf.tensor1d([1]),
 *   velocity: tf.tensor2d([[1]]),
 * };
 * // Towards clips that are zero: the gradient is twice the clip.
 * const darker = energyGuidance((x0) => tf.square(x0), 0.25);
 * const x0 = predictX0({ ...prediction, velocity: darker(prediction) });
 * assert.equal(x0.dataSync()[0], 1);
 * ```
 */
export function energyGuidance(
  energy: (x0: tf.Tensor) => tf.Tensor,
  strength: number,
): Guidance {
  const gradientOf = tf.grad((x0: tf.Tensor) => tf.sum(energy(x0)));
  // At the same latent, x0 - strength * sigma * gradient is the x0 of this velocity.
  return (prediction) =>
    tf.add(
      prediction.velocity,
      tf.mul(gradientOf(predictX0(prediction)), strength),
    );
}

/** Standard deviation within each sample: `[B,...] -> [B,1,...]`. */
function stdOf(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.slice(1).map((_, axis) => axis + 1);
  const centred = tf.sub(x, tf.mean(x, axes, true));
  const variance = tf.mean(tf.square(centred), axes, true);
  // The square root has no gradient at zero, where an untrained model is.
  return tf.sqrt(tf.maximum(variance, MIN_STD ** 2));
}
