import * as tf from "@tensorflow/tfjs-core";
import type { Loss } from "../../compiler/mod.ts";
import type { BlockOptions } from "../../models/backbone/mod.ts";
import { addNoise, flowLoss, velocityOf } from "../../models/diffusion/mod.ts";
import type { RotaryTable, Tensors } from "../../models/layers/mod.ts";
import type { PromptTokens } from "../../models/text/mod.ts";
import {
  type DiffusionConfig,
  type DiffusionParameters,
  promptedVelocity,
} from "../../models/text_to_video/mod.ts";

/** What they are trained on in one step. */
export interface DiffusionBatch {
  /** Normalised latents, `[B,t,h,w,Z]`. */
  readonly latents: tf.Tensor;
  /** Standard normal, the same shape. */
  readonly noise: tf.Tensor;
  /** Noise sigmas, `[B]` in (0,1). */
  readonly sigmas: tf.Tensor;
  /** Prompts, `[B,...]`; empty where the prompt is dropped. */
  readonly prompts: Tensors<PromptTokens>;
  readonly positions: Tensors<RotaryTable>;
}

/**
 * The loss of rectified flow as a training loop wants it; `losses` are those of
 * the samples, `[B]`.
 */
export function diffusionTrainingLoss(
  config: DiffusionConfig,
  options: BlockOptions = {},
): (
  parameters: Tensors<DiffusionParameters>,
  batch: DiffusionBatch,
) => Loss<{ losses: tf.Tensor }> {
  return (parameters, { latents, noise, sigmas, prompts, positions }) => {
    const predicted = promptedVelocity(
      parameters,
      {
        latents: addNoise(latents, noise, sigmas),
        sigmas,
        prompts,
        positions,
      },
      config,
      options,
    );
    const losses = flowLoss(predicted, velocityOf(latents, noise));
    return { loss: tf.mean(losses), metrics: { losses } };
  };
}
