import type * as tf from "@tensorflow/tfjs-core";
import {
  backbone,
  type BackboneConfig,
  type BackboneInputs,
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
import { isOwn, type OwnBackbone, type OwnText } from "./parts.ts";

/** Parameters of text encoder and backbone, which train together. */
export interface DiffusionParameters {
  readonly text: TextParameters;
  readonly backbone: BackboneParameters;
}

/** Configurations of text encoder and backbone. */
export interface DiffusionConfig {
  readonly text: TextConfig | OwnText;
  readonly backbone: BackboneConfig | OwnBackbone;
}

/** Encodes prompts to tokens `[B,K,D]`. */
export function encodePrompts(
  parameters: Tensors<TextParameters>,
  prompts: Tensors<PromptTokens>,
  text: DiffusionConfig["text"],
  options: BlockOptions = {},
): AttentionContext {
  return isOwn(text)
    ? text.part.encode(
      parameters,
      prompts as unknown as Readonly<Record<string, tf.Tensor>>,
      text.own,
    )
    : encodeText(parameters, prompts, text, options);
}

/** The velocity of a backbone, `[B,t,h,w,Z]`. */
export function backboneVelocity(
  parameters: Tensors<BackboneParameters>,
  inputs: BackboneInputs,
  config: DiffusionConfig["backbone"],
  options: BlockOptions = {},
): tf.Tensor {
  return isOwn(config)
    ? config.part.velocity(parameters, inputs, config.own, options)
    : backbone(parameters, inputs, config, options);
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
  const text = encodePrompts(
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
  return backboneVelocity(
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
