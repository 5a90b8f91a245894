import * as tf from "@tensorflow/tfjs-core";

/** Spreads below this are none. */
const NO_SPREAD = 1e-12;

/**
 * Classifier-free guidance (Ho & Salimans 2022, arXiv 2207.12598):
 * `without + scale * (with - without)`. A scale of 1 leaves the prompt as it is.
 *
 * @param withPrompt Velocity given the prompt, `[B,...]`.
 * @param withoutPrompt Velocity given the empty prompt, `[B,...]`.
 * @param scale A scalar tensor.
 * @param rescale A scalar tensor in [0,1]: how much of the spread of each
 *   sample, which guidance widens until colours burn, is brought back to that
 *   of `withPrompt` (Lin et al. 2023, arXiv 2305.08891, section 3.4).
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
  withPrompt: tf.Tensor,
  withoutPrompt: tf.Tensor,
  scale: tf.Tensor,
  rescale?: tf.Tensor,
): tf.Tensor {
  const guided = tf.add(
    withoutPrompt,
    tf.mul(tf.sub(withPrompt, withoutPrompt), scale),
  );
  if (rescale === undefined) return guided;
  // A model that has learned nothing says nothing: its spread is none.
  const spread = tf.maximum(stdOf(guided), NO_SPREAD);
  const narrowing = tf.div(stdOf(withPrompt), spread);
  // rescale * narrowing + (1 - rescale), as a factor of each sample.
  return tf.mul(guided, tf.add(1, tf.mul(rescale, tf.sub(narrowing, 1))));
}

/** What a model says of noisy latents, and what may be done about it. */
export interface Prediction {
  /** Noisy latents, `[B,t,h,w,Z]`. */
  readonly latent: tf.Tensor;
  /** Noise level of each, `[B]` in (0,1]. */
  readonly sigma: tf.Tensor;
  /** Predicted velocity, `[B,t,h,w,Z]`, after classifier-free guidance. */
  readonly velocity: tf.Tensor;
}

/**
 * Steers sampling beyond the prompt: another velocity for a prediction. Pure
 * tensor functions, so that they are compiled together with the model.
 */
export type Guidance = (prediction: Prediction) => tf.Tensor;

/**
 * The clean latents that a prediction amounts to: `latent - sigma * velocity`.
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
 * const clean = predictX0({ latent, sigma: tf.tensor1d([0.5]), velocity: tf.tensor2d([[4]]) });
 * assert.equal(clean.dataSync()[0], 1);
 * ```
 */
export function predictX0({ latent, sigma, velocity }: Prediction): tf.Tensor {
  return tf.sub(latent, tf.mul(perSample(sigma, latent), velocity));
}

/**
 * Applies guidances, each to what the one before it made of the velocity.
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
 * Guidance towards clips of which something is small: a distance to an optical
 * flow, the flicker, the difference to a given frame. The clean latents that
 * the velocity leads to move against the gradient of that energy, as far as
 * there is noise left to change them by (after Dhariwal & Nichol 2021, arXiv
 * 2105.05233, with the gradient taken at the clean latents).
 *
 * @param energy Of clean latents `[B,t,h,w,Z]`, a scalar: the sum over samples.
 * @param strength How far, in latents, a gradient of one moves.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { predictX0, energyGuidance } from "lib/models/diffusion/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const prediction = {
 *   latent: tf.tensor2d([[3]]),
 *   sigma: tf.tensor1d([1]),
 *   velocity: tf.tensor2d([[1]]),
 * };
 * // Towards clips that are zero: its gradient is twice the clip.
 * const darker = energyGuidance((clean) => tf.square(clean), 0.25);
 * const clean = predictX0({ ...prediction, velocity: darker(prediction) });
 * assert.equal(clean.dataSync()[0], 1);
 * ```
 */
export function energyGuidance(
  energy: (clean: tf.Tensor) => tf.Tensor,
  strength: number,
): Guidance {
  const gradientOf = tf.grad((clean: tf.Tensor) => tf.sum(energy(clean)));
  // x0' = x0 - strength * gradient, at the same latent: v' = (latent - x0') / s,
  // the gradient's part being s times smaller the less noise there is.
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
  return tf.sqrt(tf.mean(tf.square(centred), axes, true));
}

/** `[B]` in the shape of `[B,1,...]`. */
function perSample(values: tf.Tensor, like: tf.Tensor): tf.Tensor {
  return tf.reshape(values, [values.size, ...like.shape.slice(1).fill(1)]);
}
