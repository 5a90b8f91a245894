import * as tf from "@tensorflow/tfjs-core";
import type { Loss } from "../../compiler/mod.ts";
import { addNoise, flowLoss, velocityOf } from "../../models/diffusion/mod.ts";
import type {
  BlockOptions,
  RotaryTable,
  Tensors,
} from "../../models/layers/mod.ts";
import type { PromptTokens } from "../../models/text/mod.ts";
import {
  type DiffusionConfig,
  type DiffusionParameters,
  type OwnLoss,
  promptedVelocity,
} from "../../models/text_to_video/mod.ts";

/** A batch of text encoder and backbone. */
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

/** How the loss is computed. */
export interface DiffusionLossOptions extends BlockOptions {
  /** A loss of one's own in place of rectified flow's. */
  readonly own?: OwnLoss | undefined;
}

/**
 * The loss of rectified flow, or one of one's own; the metric `losses` is the loss of each sample,
 * `[B]`.
 */
export function diffusionTrainingLoss(
  config: DiffusionConfig,
  { own, ...options }: DiffusionLossOptions = {},
): (
  parameters: Tensors<DiffusionParameters>,
  batch: DiffusionBatch,
) => Loss<{ losses: tf.Tensor }> {
  return (parameters, { latents, noise, sigmas, prompts, positions }) => {
    const predict = (latents: tf.Tensor, sigmas: tf.Tensor): tf.Tensor =>
      promptedVelocity(
        parameters,
        { latents, sigmas, prompts, positions },
        config,
        options,
      );
    const losses = own
      ? own.part.loss({ predict, latents, noise, sigmas }, own.own)
      : flowLoss(
        predict(addNoise(latents, noise, sigmas), sigmas),
        velocityOf(latents, noise),
      );
    return { loss: tf.mean(losses), metrics: { losses } };
  };
}

/** Bins of equal width over sigmas in [0,1]. */
const BINS = 10;

/**
 * Mean loss of the samples in each tenth of the sigmas, null without samples. A
 * mean over all sigmas hides which of them improve.
 *
 * @param sigmas `[B]`, in [0,1].
 * @param losses `[B]`
 *
 * @example
 * ```ts
 * import { lossBySigma } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const means = lossBySigma([0.05, 0.07, 1], [1, 3, 5]);
 * assert.deepEqual([means[0], means[1], means[9]], [2, null, 5]);
 * ```
 */
export function lossBySigma(
  sigmas: ArrayLike<number>,
  losses: ArrayLike<number>,
): (number | null)[] {
  const sums = new Array<number>(BINS).fill(0);
  const counts = new Array<number>(BINS).fill(0);
  for (let i = 0; i < sigmas.length; i++) {
    const bin = Math.min(BINS - 1, Math.floor(sigmas[i]! * BINS));
    sums[bin]! += losses[i]!;
    counts[bin]!++;
  }
  return sums.map((sum, bin) =>
    counts[bin] === 0 ? null : Number((sum / counts[bin]!).toPrecision(5))
  );
}
