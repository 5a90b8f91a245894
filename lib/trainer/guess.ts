import * as tf from "@tensorflow/tfjs-core";
import { backboneTokens, velocityOfTokens } from "../models/backbone/mod.ts";
import type { DecoderInputs } from "../models/decoder/mod.ts";
import type { RotaryTable, Tensors } from "../models/layers/mod.ts";
import { encodeText, type PromptTokens } from "../models/text/mod.ts";
import type {
  DiffusionConfig,
  DiffusionParameters,
} from "./diffusion_training.ts";

/** Noisy latents and their prompts. */
export interface NoisyLatents {
  /** `[B,t,h,w,Z]`. */
  readonly latents: tf.Tensor;
  /** `[B]` in (0,1]. */
  readonly levels: tf.Tensor;
  /** `[B,...]`. */
  readonly prompts: Tensors<PromptTokens>;
  readonly positions: Tensors<RotaryTable>;
}

/**
 * What text encoder and backbone make of noisy latents, for a prompted decoder
 * to go on with: the guess is `x_s - s velocity`.
 */
export function guessAt(
  { text: reader, backbone }: Tensors<DiffusionParameters>,
  { latents, levels, prompts, positions }: NoisyLatents,
  config: DiffusionConfig,
): DecoderInputs {
  const text = encodeText(reader, prompts, config.text);
  const inputs = {
    latent: latents,
    level: levels,
    text,
    words: { ids: prompts.words, mask: prompts.wordMask },
    positions,
  };
  const tokens = backboneTokens(backbone, inputs, config.backbone);
  const velocity = velocityOfTokens(backbone, tokens, inputs, config.backbone);
  const grid = latents.shape.slice(0, -1);
  const s = tf.reshape(levels, [levels.size, 1, 1, 1, 1]);
  return {
    tokens: tf.reshape(tokens, [...grid, tokens.shape[2]!]),
    guess: tf.sub(latents, tf.mul(s, velocity)),
    text,
  };
}
