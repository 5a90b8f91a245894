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
  /** `[B]` in [0,1]. */
  readonly sigmas: tf.Tensor;
  /** `[B,...]`. */
  readonly prompts: Tensors<PromptTokens>;
  readonly positions: Tensors<RotaryTable>;
  /** Of the latent's frames, from the middle of the clip, `[t]`. */
  readonly seconds: tf.Tensor;
}

/**
 * What text encoder and backbone make of noisy latents, for a prompted decoder
 * to go on with, `[B,t,h,w,D]` and `[B,t,h,w,Z]`: the guess is
 * `x_s - s velocity`.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { tensorsOf } from "lib/compiler/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import { tokenPositions } from "lib/models/backbone/mod.ts";
 * import { readPrompts } from "lib/models/text/mod.ts";
 * import { initModels } from "lib/recipes/models.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import { guessAt } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { text, backbone } = tensorsOf(initModels(PRESETS.tiny, new Rng(1)));
 * const grid = { frames: 1, height: 1, width: 2 };
 * const latents = tf.ones([1, 1, 1, 2, 8]);
 * const { guess } = guessAt({ text, backbone }, {
 *   latents,
 *   sigmas: tf.tensor1d([0.4]),
 *   prompts: tensorsOf(readPrompts(["a cat"], PRESETS.tiny.text)),
 *   positions: tensorsOf(tokenPositions(grid, { space: 16, time: 4 }, 8, 24)),
 *   seconds: tf.tensor1d([0]),
 * }, PRESETS.tiny);
 * // A backbone that has learned nothing takes nothing for noise.
 * assert.deepEqual(guess.dataSync(), latents.dataSync());
 * ```
 */
export function guessAt(
  { text: reader, backbone }: Tensors<DiffusionParameters>,
  { latents, sigmas, prompts, positions, seconds }: NoisyLatents,
  config: DiffusionConfig,
): DecoderInputs {
  const text = encodeText(reader, prompts, config.text);
  const inputs = {
    latent: latents,
    sigma: sigmas,
    text,
    words: { ids: prompts.words, mask: prompts.wordMask },
    positions,
  };
  const tokens = backboneTokens(backbone, inputs, config.backbone);
  const velocity = velocityOfTokens(backbone, tokens, inputs, config.backbone);
  const grid = latents.shape.slice(0, -1);
  const s = tf.reshape(sigmas, [sigmas.size, 1, 1, 1, 1]);
  return {
    tokens: tf.reshape(tokens, [...grid, tokens.shape[2]!]),
    guess: tf.sub(latents, tf.mul(s, velocity)),
    text,
    seconds: tf.tile(tf.reshape(seconds, [1, seconds.size]), [
      ...[sigmas.size, 1],
    ]),
  };
}
