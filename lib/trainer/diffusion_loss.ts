import * as tf from "@tensorflow/tfjs-core";
import type { Loss } from "../compiler/mod.ts";
import type { BlockOptions } from "../models/backbone/mod.ts";
import { flowLoss, mixNoise, velocityOf } from "../models/diffusion/mod.ts";
import type { RotaryTable, Tensors } from "../models/layers/mod.ts";
import type { PromptTokens } from "../models/text/mod.ts";
import {
  type DiffusionConfig,
  type DiffusionParameters,
  promptedVelocity,
} from "../models/text_to_video/mod.ts";

/** What they are trained on in one step. */
export interface DiffusionBatch {
  /** Normalised latents, `[B,t,h,w,Z]`. */
  readonly latents: tf.Tensor;
  /** Standard normal, the same shape. */
  readonly noise: tf.Tensor;
  /** Noise levels, `[B]` in (0,1). */
  readonly levels: tf.Tensor;
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
  return (parameters, { latents, noise, levels, prompts, positions }) => {
    const predicted = promptedVelocity(
      parameters,
      {
        latents: mixNoise(latents, noise, levels),
        levels,
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
