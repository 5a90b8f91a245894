import * as tf from "@tensorflow/tfjs-core";
import { float32, type NdArray, type Rng } from "../../core/mod.ts";
import { shiftSigma } from "./schedule.ts";

/**
 * Adds noise to data, along a straight line:
 * `(1 - sigma) * data + sigma * noise`
 * (Liu et al. 2022, Flow Straight and Fast, arXiv 2209.03003).
 *
 * @param data `[B,...]`
 * @param noise Standard normal, `[B,...]`.
 * @param sigma `[B]` in [0,1].
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { addNoise } from "lib/models/diffusion/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const y = addNoise(tf.tensor2d([[0]]), tf.tensor2d([[4]]), tf.tensor1d([0.25]));
 * assert.equal(y.dataSync()[0], 1);
 * ```
 */
export function addNoise(
  data: tf.Tensor,
  noise: tf.Tensor,
  sigma: tf.Tensor,
): tf.Tensor {
  const s = tf.reshape(sigma, [sigma.size, ...data.shape.slice(1).fill(1)]);
  return tf.add(tf.mul(tf.sub(1, s), data), tf.mul(s, noise));
}

/**
 * The velocity along that line, the target of the model: `noise - data`.
 */
export function velocityOf(data: tf.Tensor, noise: tf.Tensor): tf.Tensor {
  return tf.sub(noise, data);
}

/**
 * Mean squared error of the predicted velocity of each sample: `[B,...] -> [B]`.
 */
export function flowLoss(predicted: tf.Tensor, velocity: tf.Tensor): tf.Tensor {
  const axes = velocity.shape.slice(1).map((_, i) => i + 1);
  return tf.mean(tf.squaredDifference(predicted, velocity), axes);
}

/**
 * Samples noise levels for training from the logit-normal distribution, dense in
 * the middle (Esser et al. 2024, arXiv 2403.03206).
 *
 * @param shift As in sampling: see {@link timestepShift}.
 * @returns sigmas `[count]`, in (0,1).
 *
 * @example
 * ```ts
 * import { sampleTimesteps } from "lib/models/diffusion/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const sigmas = sampleTimesteps(new Rng(0), 100);
 * assert.ok(sigmas.data.every((sigma) => sigma > 0 && sigma < 1));
 * ```
 */
export function sampleTimesteps(
  rng: Rng,
  count: number,
  shift = 1,
): NdArray<"float32"> {
  const normals = rng.normals([count]).data;
  return float32(
    [count],
    normals.map((x) => shiftSigma(1 / (1 + Math.exp(-x)), shift)),
  );
}
