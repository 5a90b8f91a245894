import * as tf from "@tensorflow/tfjs-core";
import {
  backbone,
  type BackboneConfig,
  type BackboneParameters,
} from "../backbone/mod.ts";
import type {
  AttentionContext,
  BlockOptions,
  RotaryTable,
  Tensors,
} from "../layers/mod.ts";
import {
  encodeText,
  type PromptTokens,
  type TextConfig,
  type TextParameters,
} from "../text/mod.ts";

/** Parameters of text encoder and backbone, which train together. */
export interface DiffusionParameters {
  readonly text: TextParameters;
  readonly backbone: BackboneParameters;
}

/** Configurations of text encoder and backbone. */
export interface DiffusionConfig {
  readonly text: TextConfig;
  readonly backbone: BackboneConfig;
}

/** Predicts the velocity of noisy latents `[B,t,h,w,Z]`, given prompts. */
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
  const text = encodeText(
    parameters.text,
    inputs.prompts,
    config.text,
    options,
  );
  return encodedVelocity(parameters, { ...inputs, text }, config, options);
}

/** {@link promptedVelocity} with encoded prompts, which do not depend on the noise. */
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
