import * as tf from "@tensorflow/tfjs-core";
import type { Loss } from "../../compiler/mod.ts";
import type { BlockOptions, Tensors } from "../../models/layers/mod.ts";
import {
  isOwn,
  type ModelConfig,
  type OwnVae,
} from "../../models/text_to_video/mod.ts";
import {
  klDivergence,
  sampleLatent,
  type VaeConfig,
  vaeLoss,
  type VaeParameters,
  type VaeTerms,
} from "../../models/vae/mod.ts";

/** A batch of the VAE. */
export interface VaeBatch {
  /** `[B,T,H,W,3]` in [0,1]. */
  readonly clips: tf.Tensor;
  /** Standard normal, `[B,t,h,w,Z]`. */
  readonly noise: tf.Tensor;
  /** What is added to the latents before they are decoded, `[B,t,h,w,Z]`. */
  readonly disturbance?: tf.Tensor;
}

/** Terms of the loss, scalars. */
interface VaeMetrics {
  readonly reconstruction: tf.Tensor;
  readonly kl: tf.Tensor;
  readonly beta: tf.Tensor;
  readonly perceptual?: tf.Tensor;
  readonly temporal?: tf.Tensor;
}

/**
 * The loss of the VAE for a training loop.
 *
 * @param beta Weight of the KL divergence from the standard normal; default:
 *   learned within the bounds of the configuration.
 * @param terms Further terms.
 */
export function vaeTrainingLoss(
  config: VaeConfig,
  beta?: number,
  terms?: VaeTerms,
  options: BlockOptions = {},
): (
  parameters: Tensors<VaeParameters>,
  batch: VaeBatch,
) => Loss<VaeMetrics> {
  return (parameters, { clips, noise, disturbance }) => {
    const { loss, ...metrics } = vaeLoss(
      parameters,
      clips,
      noise,
      config,
      beta,
      terms,
      { ...options, disturbance },
    );
    return { loss, metrics };
  };
}

/** The loss of a VAE, shipped or one of one's own. */
export function anyVaeLoss(
  config: ModelConfig["vae"],
  terms?: VaeTerms,
  options: BlockOptions = {},
): (
  parameters: Tensors<VaeParameters>,
  batch: VaeBatch,
) => Loss<Partial<VaeMetrics>> {
  return isOwn(config)
    ? ownVaeLoss(config)
    : vaeTrainingLoss(config, undefined, terms, options);
}

/** Weight of the KL divergence for a VAE without a loss of its own. */
const BETA = 1e-4;

/** The loss of a VAE part, or what `VaePart` says where it has none. */
function ownVaeLoss(
  { part, own }: OwnVae,
): (
  parameters: Tensors<VaeParameters>,
  batch: VaeBatch,
) => Loss<Partial<VaeMetrics>> {
  return (parameters, batch) => {
    if (part.loss) {
      return { loss: part.loss(parameters, batch, own), metrics: {} };
    }
    const { clips, noise, disturbance } = batch;
    const latent = part.encode(parameters, clips, own);
    const sample = sampleLatent(latent, noise, disturbance);
    const decoded = part.decode(parameters, sample, own);
    const reconstruction = tf.mul(
      tf.mean(tf.square(tf.sub(decoded, clips))),
      4,
    );
    const kl = klDivergence(latent);
    return {
      loss: tf.add(reconstruction, tf.mul(kl, BETA)),
      metrics: { reconstruction, kl },
    };
  };
}
