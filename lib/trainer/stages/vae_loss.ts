import type * as tf from "@tensorflow/tfjs-core";
import type { Loss } from "../../compiler/mod.ts";
import type { BlockOptions, Tensors } from "../../models/layers/mod.ts";
import {
  type PerceptualTerm,
  type VaeConfig,
  vaeLoss,
  type VaeParameters,
} from "../../models/vae/mod.ts";

/** A batch of the VAE. */
export interface VaeBatch {
  /** `[B,T,H,W,3]` in [0,1]. */
  readonly clips: tf.Tensor;
  /** Standard normal, `[B,t,h,w,Z]`. */
  readonly noise: tf.Tensor;
}

/** Terms of the loss, scalars. */
interface VaeMetrics {
  readonly reconstruction: tf.Tensor;
  readonly kl: tf.Tensor;
  readonly beta: tf.Tensor;
  readonly perceptual?: tf.Tensor;
}

/**
 * The loss of the VAE for a training loop.
 *
 * @param beta Weight of the KL divergence from the standard normal; default:
 *   learned within the bounds of the configuration.
 * @param perceptual Adds a perceptual distance.
 */
export function vaeTrainingLoss(
  config: VaeConfig,
  beta?: number,
  perceptual?: PerceptualTerm,
  options: BlockOptions = {},
): (
  parameters: Tensors<VaeParameters>,
  batch: VaeBatch,
) => Loss<VaeMetrics> {
  return (parameters, { clips, noise }) => {
    const { loss, ...metrics } = vaeLoss(
      parameters,
      clips,
      noise,
      config,
      beta,
      perceptual,
      options,
    );
    return { loss, metrics };
  };
}
