import * as tf from "@tensorflow/tfjs-core";
import {
  type BlockOptions,
  stopGradient,
  type Tensors,
} from "../layers/mod.ts";
import { betaOf, calibrationLoss } from "./beta.ts";
import type { VaeConfig } from "./config.ts";
import {
  decode,
  encode,
  type LatentDistribution,
  sampleLatent,
  type VaeParameters,
} from "./video_vae.ts";

/** A perceptual distance of pictures as a term of the loss. */
export interface PerceptualTerm {
  /** Factor on the distance, above 0. */
  readonly weight: number;
  /** Distances of pictures, by a network whose weights are constants: `[N,H,W,3]` in [-1,1] twice `-> [N]`. */
  distance(pictures: tf.Tensor, references: tf.Tensor): tf.Tensor;
}

/** Terms of the loss beside reconstruction and KL divergence. */
export interface VaeTerms {
  readonly perceptual?: PerceptualTerm | undefined;
  /** Factor on the squared error of the differences of consecutive frames; 0 or left out: no such term. */
  readonly temporal?: number | undefined;
}

/** The terms of the VAE's loss, scalars. */
interface VaeLoss {
  /** `reconstruction + beta * kl`, further terms by their weights, and the loss of beta where it is learned. */
  readonly loss: tf.Tensor;
  /** Mean squared error on [-1,1] (four times that on [0,1]). */
  readonly reconstruction: tf.Tensor;
  /** KL divergence from the standard normal, nats for each latent number. */
  readonly kl: tf.Tensor;
  /** The weight of `kl`. */
  readonly beta: tf.Tensor;
  /** Mean perceptual distance of the frames; only with such a term. */
  readonly perceptual?: tf.Tensor;
  /** Mean squared error of the differences of consecutive frames on [-1,1]; only with such a term. */
  readonly temporal?: tf.Tensor;
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
 * @param terms Further terms; none if left out. That of frame differences gives
 *   errors that change from frame to frame, such as motion that is missing, more
 *   weight than errors that stay.
 * @param options.disturbance Added to the sampled latent, `[B,t,h,w,Z]`, so that
 *   the decoder learns to decode latents that are not quite right, as those of a
 *   diffusion model (Zheng et al. 2025, Diffusion Transformers with
 *   Representation Autoencoders, arXiv 2510.11690, section 4.3).
 */
export function vaeLoss(
  parameters: Tensors<VaeParameters>,
  clip: tf.Tensor,
  noise: tf.Tensor,
  config: VaeConfig,
  fixed?: number | tf.Tensor,
  { perceptual: network, temporal: temporalWeight = 0 }: VaeTerms = {},
  { disturbance, ...options }: BlockOptions & {
    readonly disturbance?: tf.Tensor | undefined;
  } = {},
): VaeLoss {
  const latent = encode(parameters, clip, config, options);
  const sample = sampleLatent(latent, noise, disturbance);
  const decoded = decode(parameters, sample, config, options);
  const error = tf.sub(decoded, clip);
  const reconstruction = tf.mul(tf.mean(tf.square(error)), 4);
  const kl = klDivergence(latent);
  const perceptual = network && perceptualLoss(decoded, clip, network);
  const temporal = temporalWeight > 0 ? temporalLoss(error) : undefined;
  const terms = [
    ...perceptual ? [tf.mul(perceptual, network.weight)] : [],
    ...temporal ? [tf.mul(temporal, temporalWeight)] : [],
  ];
  const rest = {
    reconstruction,
    kl,
    ...(perceptual && { perceptual }),
    ...(temporal && { temporal }),
  };
  if (fixed !== undefined) {
    const beta = typeof fixed === "number" ? tf.scalar(fixed) : fixed;
    const loss = tf.addN([reconstruction, tf.mul(kl, beta), ...terms]);
    return { loss, beta, ...rest };
  }
  const beta = betaOf(parameters.klWeightLogit, config.beta);
  const loss = tf.addN([
    reconstruction,
    tf.mul(kl, stopGradient(beta)),
    calibrationLoss(beta, reconstruction, noise.size / clip.size),
    ...terms,
  ]);
  return { loss, beta, ...rest };
}

/** Mean distance of all frames, `[B,T,H,W,3]` in [0,1]. */
function perceptualLoss(
  decoded: tf.Tensor,
  clip: tf.Tensor,
  { distance }: PerceptualTerm,
): tf.Tensor {
  const [B, T, H, W, C] = (clip as tf.Tensor5D).shape;
  const signed = (clips: tf.Tensor): tf.Tensor =>
    tf.sub(tf.mul(tf.reshape(clips, [B * T, H, W, C]), 2), 1);
  return tf.mean(distance(signed(decoded), signed(clip)));
}

/**
 * Mean squared difference of the errors of consecutive frames, which is the error
 * of their differences: `[B,T,H,W,3]` in [0,1], T at least 2.
 */
function temporalLoss(error: tf.Tensor): tf.Tensor {
  const [B, T, ...picture] = (error as tf.Tensor5D).shape;
  const from = (frame: number) =>
    tf.slice(error, [0, frame, 0, 0, 0], [B, T - 1, ...picture]);
  return tf.mul(tf.mean(tf.square(tf.sub(from(1), from(0)))), 4);
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
