import * as tf from "@tensorflow/tfjs-core";
import type { Loss } from "../compiler/mod.ts";
import {
  backbone,
  type BackboneConfig,
  type BackboneParameters,
  type BlockOptions,
} from "../models/backbone/mod.ts";
import { addNoise, flowLoss, velocityOf } from "../models/diffusion/mod.ts";
import type {
  AttentionContext,
  RotaryTable,
  Tensors,
} from "../models/layers/mod.ts";
import {
  encodeText,
  type PromptTokens,
  type TextConfig,
  type TextParameters,
} from "../models/text/mod.ts";

/** The two models that are trained together on latents and prompts. */
export interface DiffusionParameters {
  readonly text: TextParameters;
  readonly backbone: BackboneParameters;
}

/** Their shapes. */
export interface DiffusionConfig {
  readonly text: TextConfig;
  readonly backbone: BackboneConfig;
}

/** What they are trained on in one step. */
export interface DiffusionBatch {
  /** Normalised latents, `[B,t,h,w,Z]`. */
  readonly latents: tf.Tensor;
  /** Standard normal, the same shape. */
  readonly noise: tf.Tensor;
  /** Noise levels, `[B]` in (0,1). */
  readonly sigmas: tf.Tensor;
  /** Prompts, `[B,...]`; empty where the prompt is dropped. */
  readonly prompts: Tensors<PromptTokens>;
  readonly positions: Tensors<RotaryTable>;
}

/** Predicts the velocity of noisy latents under prompts. */
export function promptedVelocity(
  parameters: Tensors<DiffusionParameters>,
  inputs: {
    readonly latents: tf.Tensor;
    readonly sigmas: tf.Tensor;
    readonly prompts: Tensors<PromptTokens>;
    readonly positions: Tensors<RotaryTable>;
  },
  config: DiffusionConfig,
  options: BlockOptions = {},
): tf.Tensor {
  const text = encodeText(parameters.text, inputs.prompts, config.text);
  return encodedVelocity(parameters, { ...inputs, text }, config, options);
}

/** The same with the text encoder's work done: it does not depend on the noise. */
export function encodedVelocity(
  parameters: Tensors<DiffusionParameters>,
  { latents, sigmas, prompts, text, positions }: {
    readonly latents: tf.Tensor;
    readonly sigmas: tf.Tensor;
    readonly prompts: Pick<Tensors<PromptTokens>, "words" | "wordMask">;
    readonly text: AttentionContext;
    readonly positions: Tensors<RotaryTable>;
  },
  config: DiffusionConfig,
  options: BlockOptions = {},
): tf.Tensor {
  return backbone(
    parameters.backbone,
    {
      latent: latents,
      sigma: sigmas,
      text,
      words: { ids: prompts.words, mask: prompts.wordMask },
      positions,
    },
    config.backbone,
    options,
  );
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
