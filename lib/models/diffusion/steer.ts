import * as tf from "@tensorflow/tfjs-core";
import { predictX0 } from "./guidance.ts";

/** Keeps the direction of a gradient that is zero defined. */
const TINY = 1e-8;

/**
 * Steers a velocity towards clips of low energy, through the model: the noisy
 * latents move against the gradient of the energy of the x0 that the model
 * predicts from them (diffusion posterior sampling, Chung et al. 2022, arXiv
 * 2209.14687). The gradient passes the model, which turns it into changes that
 * real clips could have; the gradient at x0 itself, as of `energyGuidance`, does
 * not, and leaves patches where the prompt resists.
 *
 * The step has the length `strength * sqrt(energy)`, at most `strength`, in
 * standard deviations of a latent number: it ends where the energy does, and no
 * scale of the energy needs tuning.
 *
 * @param velocityAt The velocity of noisy latents `[B,t,h,w,Z]`.
 * @param at.latent `[B,t,h,w,Z]`
 * @param at.sigma `[B]` in (0,1].
 * @param energy Of clean latents: `[B]`, at least 0, around 1 for clips that are
 *   not as wanted.
 * @param strength A scalar tensor.
 * @returns the steered velocity, `[B,t,h,w,Z]`
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { steered } from "lib/models/diffusion/mod.ts";
 * import assert from "node:assert/strict";
 *
 * // A model that predicts x0 = latent, and an energy that is least at zero.
 * const at = { latent: tf.tensor2d([[0.5]]), sigma: tf.tensor1d([1]) };
 * const velocity = steered(
 *   (latent) => tf.zerosLike(latent), at, (x0) => tf.square(tf.reshape(x0, [1])), tf.scalar(2),
 * );
 * assert.equal(velocity.dataSync()[0]?.toFixed(4), "1.0000"); // 2 sqrt(0.25), against the latent
 * ```
 */
export function steered(
  velocityAt: (latent: tf.Tensor) => tf.Tensor,
  { latent, sigma }: { readonly latent: tf.Tensor; readonly sigma: tf.Tensor },
  energy: (x0: tf.Tensor) => tf.Tensor,
  strength: tf.Tensor,
): tf.Tensor {
  const velocity = velocityAt(latent);
  const value = energy(predictX0({ latent, sigma, velocity }));
  const gradient = tf.grad((latent: tf.Tensor) =>
    tf.sum(
      energy(predictX0({ latent, sigma, velocity: velocityAt(latent) })),
    )
  )(latent);
  const axes = latent.shape.slice(1).map((_, axis) => axis + 1);
  const rms = tf.sqrt(tf.mean(tf.square(gradient), axes, true));
  const length = tf.reshape(tf.sqrt(tf.minimum(value, 1)), rms.shape);
  return tf.add(
    velocity,
    tf.mul(tf.mul(gradient, tf.div(length, tf.add(rms, TINY))), strength),
  );
}
