import * as tf from "@tensorflow/tfjs-core";
import type { Loss } from "../compiler/mod.ts";
import {
  type DecoderConditions,
  type DecoderConfig,
  type DecoderParameters,
  promptedDecode,
} from "../models/decoder/mod.ts";
import { flowLoss, mixNoise } from "../models/diffusion/mod.ts";
import type { Tensors } from "../models/layers/mod.ts";

/** What a prompted decoder is trained on in one step. */
export interface DecoderBatch {
  /** `[B,T,H,W,3]` in [0,1]. */
  readonly clips: tf.Tensor;
  /** Standard normal, `[B,T,H,W,3]`. */
  readonly noise: tf.Tensor;
  /** How much of it, `[B]` in [0,1]. */
  readonly levels: tf.Tensor;
  /** What the backbone makes of their noisy latents. */
  readonly guess: DecoderConditions;
}

/** Lower noise levels count as this one, or all would be about them. */
const LOWEST_LEVEL = 0.2;

/**
 * Mean squared error of the velocity that the guessed pixels stand for, which
 * is theirs on [-1,1] over the squared noise level (Li & He 2025, arXiv
 * 2511.13720), as a training loop wants it.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { tensorsOf } from "lib/compiler/mod.ts";
 * import { Rng, zeros } from "lib/core/mod.ts";
 * import { initDecoder } from "lib/models/decoder/mod.ts";
 * import { DECODERS } from "lib/recipes/presets.ts";
 * import { decoderTrainingLoss } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const around = { latentChannels: 8, backboneWidth: 48, textWidth: 48 };
 * const decoder = initDecoder(DECODERS.tiny, around, new Rng(2));
 * const output = { weight: zeros(decoder.output.weight.shape), bias: zeros([48]) };
 * const { loss } = decoderTrainingLoss(DECODERS.tiny)(tensorsOf({ ...decoder, output }), {
 *   clips: tf.ones([1, 4, 16, 16, 3]),
 *   noise: tf.zeros([1, 4, 16, 16, 3]),
 *   levels: tf.tensor1d([0.5]),
 *   guess: {
 *     tokens: tf.ones([1, 1, 1, 1, 48]),
 *     guess: tf.ones([1, 1, 1, 1, 8]),
 *     text: { tokens: tf.ones([1, 2, 48]), mask: tf.ones([1, 2]) },
 *   },
 * });
 * // Grey for white: 1 off on [-1,1], at half of the noise.
 * assert.equal(loss.dataSync()[0], 4);
 * ```
 */
export function decoderTrainingLoss(
  config: DecoderConfig,
): (
  parameters: Tensors<DecoderParameters>,
  batch: DecoderBatch,
) => Loss<Record<never, tf.Tensor>> {
  return (parameters, batch) => ({
    loss: tf.mean(decoderLoss(parameters, batch, config)),
    metrics: {},
  });
}

/** Loss of each clip of a batch, `[B]`: see {@link decoderTrainingLoss}. */
export function decoderLoss(
  parameters: Tensors<DecoderParameters>,
  { clips, noise, levels, guess }: DecoderBatch,
  config: DecoderConfig,
): tf.Tensor {
  const data = tf.sub(tf.mul(clips, 2), 1);
  const noisy = mixNoise(data, noise, levels);
  const clean = promptedDecode(
    parameters,
    { ...guess, noisy, level: levels },
    config,
  );
  const level = tf.maximum(levels, LOWEST_LEVEL);
  return tf.div(flowLoss(clean, data), tf.square(level));
}
