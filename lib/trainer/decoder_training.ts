import * as tf from "@tensorflow/tfjs-core";
import type { Loss } from "../compiler/mod.ts";
import {
  type DecoderConfig,
  type DecoderInputs,
  type DecoderParameters,
  promptedDecode,
} from "../models/decoder/mod.ts";
import type { Tensors } from "../models/layers/mod.ts";

/** What a prompted decoder is trained on in one step. */
export interface DecoderBatch {
  /** `[B,T,H,W,3]` in [0,1]. */
  readonly clips: tf.Tensor;
  /** What the backbone makes of their noisy latents. */
  readonly guess: DecoderInputs;
}

/**
 * Mean squared error on [-1,1], as a training loop wants it.
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
 *   guess: {
 *     tokens: tf.ones([1, 1, 1, 1, 48]),
 *     guess: tf.ones([1, 1, 1, 1, 8]),
 *     text: { tokens: tf.ones([1, 2, 48]), mask: tf.ones([1, 2]) },
 *   },
 * });
 * // Grey for white: 1 off on [-1,1].
 * assert.equal(loss.dataSync()[0], 1);
 * ```
 */
export function decoderTrainingLoss(
  config: DecoderConfig,
): (
  parameters: Tensors<DecoderParameters>,
  batch: DecoderBatch,
) => Loss<Record<never, tf.Tensor>> {
  return (parameters, { clips, guess }) => {
    const decoded = promptedDecode(parameters, guess, config);
    const error = tf.mean(tf.squaredDifference(decoded, clips));
    return { loss: tf.mul(error, 4), metrics: {} };
  };
}
