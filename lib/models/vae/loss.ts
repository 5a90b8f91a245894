import * as tf from "@tensorflow/tfjs-core";
import type { Tensors } from "../layers/mod.ts";
import { betaOf, calibrationLoss, stopGradient } from "./beta.ts";
import type { VaeConfig } from "./config.ts";
import {
  decode,
  encode,
  type LatentDistribution,
  sampleLatent,
  type VaeParameters,
} from "./video_vae.ts";

/** The terms of the VAE's loss, scalars. */
interface VaeLoss {
  /** `reconstruction + beta * kl`, and the loss of beta where it is learned. */
  readonly loss: tf.Tensor;
  /** Mean squared error on [-1,1] (four times that on [0,1]). */
  readonly reconstruction: tf.Tensor;
  /** KL divergence from the standard normal, nats for each latent number. */
  readonly kl: tf.Tensor;
  /** The weight of `kl`. */
  readonly beta: tf.Tensor;
}

/**
 * The VAE's loss: reconstruction of clips from a sampled latent, and the KL
 * divergence.
 *
 * @param clip `[B,T,H,W,3]` in [0,1].
 * @param noise `[B,t,h,w,Z]`, standard normal.
 * @param fixed Weight of the KL divergence (Higgins et al. 2017, beta-VAE), a
 *   number or a scalar that follows a schedule; left out, it is learned within
 *   the configuration's bounds.
 */
export function vaeLoss(
  parameters: Tensors<VaeParameters>,
  clip: tf.Tensor,
  noise: tf.Tensor,
  config: VaeConfig,
  fixed?: number | tf.Tensor,
): VaeLoss {
  const latent = encode(parameters, clip, config);
  const decoded = decode(parameters, sampleLatent(latent, noise), config);
  const reconstruction = tf.mul(
    tf.mean(tf.square(tf.sub(decoded, clip))),
    4,
  );
  const kl = klDivergence(latent);
  if (fixed !== undefined) {
    const beta = typeof fixed === "number" ? tf.scalar(fixed) : fixed;
    const loss = tf.add(reconstruction, tf.mul(kl, beta));
    return { loss, reconstruction, kl, beta };
  }
  const beta = betaOf(parameters.klWeightLogit, config.beta);
  const loss = tf.addN([
    reconstruction,
    tf.mul(kl, stopGradient(beta)),
    calibrationLoss(beta, reconstruction, noise.size / clip.size),
  ]);
  return { loss, reconstruction, kl, beta };
}

/**
 * `KL(N(mean, variance) || N(0, 1))`, mean over all numbers (Kingma & Welling 2013, appendix B).
 */
export function klDivergence(
  { mean, logVariance }: LatentDistribution,
): tf.Tensor {
  const terms = tf.sub(
    tf.add(tf.square(mean), tf.exp(logVariance)),
    tf.add(logVariance, 1),
  );
  return tf.mul(tf.mean(terms), 0.5);
}
