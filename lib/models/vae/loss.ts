import * as tf from "@tensorflow/tfjs-core";
import type { Tensors } from "../layers/mod.ts";
import type { VaeConfig } from "./config.ts";
import {
  decode,
  encode,
  type LatentDistribution,
  sampleLatent,
  type VaeParameters,
} from "./video_vae.ts";

/** The terms of the VAE's loss, scalars. */
export interface VaeLoss {
  /** `reconstruction + beta * kl`. */
  readonly loss: tf.Tensor;
  /** Mean squared error on [-1,1] (four times that on [0,1]). */
  readonly reconstruction: tf.Tensor;
  /** Divergence from the standard normal, nats for each latent number. */
  readonly kl: tf.Tensor;
}

/**
 * Loss of reconstructing clips from a sampled latent.
 *
 * @param clip `[B,T,H,W,3]` in [0,1].
 * @param noise `[B,t,h,w,Z]`, standard normal.
 * @param beta Weight of the divergence (Higgins et al. 2017, beta-VAE).
 */
export function vaeLoss(
  parameters: Tensors<VaeParameters>,
  clip: tf.Tensor,
  noise: tf.Tensor,
  config: VaeConfig,
  beta: number,
): VaeLoss {
  const latent = encode(parameters, clip, config);
  const decoded = decode(parameters, sampleLatent(latent, noise), config);
  const reconstruction = tf.mul(
    tf.mean(tf.square(tf.sub(decoded, clip))),
    4,
  );
  const kl = klDivergence(latent);
  return { loss: tf.add(reconstruction, tf.mul(kl, beta)), reconstruction, kl };
}

/** `KL(N(mean, variance) || N(0, 1))`, mean over all numbers (Kingma & Welling 2013, appendix B). */
export function klDivergence(
  { mean, logVariance }: LatentDistribution,
): tf.Tensor {
  const terms = tf.sub(
    tf.add(tf.square(mean), tf.exp(logVariance)),
    tf.add(logVariance, 1),
  );
  return tf.mul(tf.mean(terms), 0.5);
}
