import * as tf from "@tensorflow/tfjs-core";
import type { Loss } from "../compiler/mod.ts";
import {
  type DecoderConfig,
  type DecoderInputs,
  type DecoderParameters,
  laidOver,
  poseError,
  posesWhereKnown,
  promptedLayers,
} from "../models/decoder/mod.ts";
import type { Tensors } from "../models/layers/mod.ts";

/** What a prompted decoder is trained on in one step. */
export interface DecoderBatch {
  /** `[B,T,H,W,3]` in [0,1]. */
  readonly clips: tf.Tensor;
  /** The clips without the one thing that they show; the clips, if nobody knows it. */
  readonly behind: tf.Tensor;
  /** `[B,T,8]`, of `knownPoses`: where that thing is. */
  readonly poses: tf.Tensor;
  /** What the backbone makes of their noisy latents. */
  readonly guess: DecoderInputs;
}

/** Parts of the loss, where it has some. */
type Losses = Record<string, tf.Tensor>;

/** Weight of the poses' error, of which pixels are what matters. */
const POSE_WEIGHT = 0.1;

/**
 * Mean squared error on [-1,1], as a training loop wants it; with a sprite, that
 * of what is behind the thing, that of the sprite in its place over that, and a
 * tenth of how far it would have been put from there.
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
 * const { sprite: _, ...config } = DECODERS.tiny;
 * const decoder = initDecoder(config, around, new Rng(2));
 * const output = { weight: zeros(decoder.output.weight.shape), bias: zeros([48]) };
 * const { loss } = decoderTrainingLoss(config)(tensorsOf({ ...decoder, output }), {
 *   clips: tf.ones([1, 4, 16, 16, 3]),
 *   behind: tf.ones([1, 4, 16, 16, 3]),
 *   guess: {
 *     tokens: tf.ones([1, 1, 1, 1, 48]),
 *     guess: tf.ones([1, 1, 1, 1, 8]),
 *     text: { tokens: tf.ones([1, 2, 48]), mask: tf.ones([1, 2]) },
 *     seconds: tf.zeros([1, 1]),
 *   },
 *   poses: tf.zeros([1, 4, 8]),
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
  return (parameters, { clips, behind, poses, guess }): Loss<Losses> => {
    const errorOf = (drawn: tf.Tensor, wanted: tf.Tensor): tf.Tensor =>
      tf.mul(tf.mean(tf.squaredDifference(drawn, wanted)), 4);
    const drawn = promptedLayers(parameters, guess, config);
    const { sprite } = drawn;
    if (!sprite) return { loss: errorOf(drawn.behind, clips), metrics: {} };
    // Drawn where it is only thought to be, the sprite's picture would be
    // learned as blurred as its place is uncertain.
    const inPlace = sprite.at(posesWhereKnown(sprite.poses, poses));
    const metrics = {
      behind: errorOf(drawn.behind, behind),
      sprite: errorOf(laidOver(behind, inPlace), clips),
      pose: poseError(sprite.poses, poses),
    };
    const loss = tf.add(
      tf.add(metrics.behind, metrics.sprite),
      tf.mul(metrics.pose, POSE_WEIGHT),
    );
    return { loss, metrics };
  };
}
