import * as tf from "@tensorflow/tfjs-core";
import type { Loss } from "../compiler/mod.ts";
import {
  type DecoderConfig,
  type DecoderInputs,
  type DecoderParameters,
  poseError,
  promptedLayers,
} from "../models/decoder/mod.ts";
import type { Tensors } from "../models/layers/mod.ts";

/** What a prompted decoder is trained on in one step. */
export interface DecoderBatch {
  /** `[B,T,H,W,3]` in [0,1]. */
  readonly clips: tf.Tensor;
  /** What the backbone makes of their noisy latents. */
  readonly guess: DecoderInputs;
  /** `[B,T,6]`, of `knownPoses`: where the thing is that the prompt names first. */
  readonly poses: tf.Tensor;
}

/** Parts of the loss, where it has some. */
type Losses = Record<string, tf.Tensor>;

/** Weight of the poses' error, of which pixels are what matters. */
const POSE_WEIGHT = 0.1;

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
 *     seconds: tf.zeros([1, 1]),
 *   },
 *   poses: tf.zeros([1, 4, 6]),
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
) => Loss<Losses> {
  return (parameters, { clips, guess, poses }): Loss<Losses> => {
    const { clip, sprite } = promptedLayers(
      parameters,
      guess,
      config,
      poses,
    );
    const errorOf = (drawn: tf.Tensor): tf.Tensor =>
      tf.mul(tf.mean(tf.squaredDifference(drawn, clips)), 4);
    const error = errorOf(clip);
    if (!sprite) return { loss: error, metrics: {} };
    const sketched = errorOf(sprite.sketch);
    const fitted = errorOf(sprite.fitted);
    const posed = poseError(sprite.poses, poses);
    return {
      loss: [error, sketched, fitted, tf.mul(posed, POSE_WEIGHT)]
        .reduce((a, b) => tf.add(a, b)),
      metrics: { error, sketched, fitted, posed },
    };
  };
}
