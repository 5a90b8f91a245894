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

/** Mean squared error on [-1,1], as a training loop wants it. */
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
