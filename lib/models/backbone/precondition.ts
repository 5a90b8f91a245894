import * as tf from "@tensorflow/tfjs-core";
import { float32, type NdArray } from "../../core/mod.ts";
import { channelMoments } from "../vae/statistics.ts";

/**
 * Standard deviation of the part of a normalised latent that the skip
 * connection of x0-prediction takes as known; the latent's own is 1. At low
 * sigma the skip passes most of the noisy latent, which a narrow backbone cannot
 * copy exactly; at high sigma it passes none.
 */
const SIGMA_DATA = 0.3;

/** Least variance of a channel: one that is always zero is divided by it. */
const MIN_VARIANCE = 1e-4;

/** Factors of a backbone with x0-prediction, `x0 = skip * noisy + out * F(in * noisy)`, each `[B,1,1,1,Z]` or `[B,1,1,1,1]`. */
interface Preconditioning {
  readonly in?: tf.Tensor;
  readonly skip: tf.Tensor;
  readonly out?: tf.Tensor;
}

/**
 * Preconditioning (Karras et al. 2022, arXiv 2206.00364, section 5) for
 * `noisy = a * latent + sigma * noise` with `a = 1 - sigma`, for each channel by
 * its own variance `v`, so that the input and the output of the network have
 * variance 1 in all channels at all noise levels:
 *
 * - `in = 1 / sqrt(a^2 v + sigma^2)`,
 * - `skip = a s / (a^2 s + sigma^2)`, the Wiener filter for a part of variance
 *   `s = min(v, SIGMA_DATA^2)`,
 * - `out = sqrt(v (1 - a skip)^2 + skip^2 sigma^2)`, the deviation of what the
 *   skip leaves.
 *
 * Without variances, input and output stay as they are and `s` is `SIGMA_DATA^2`.
 *
 * @param sigma `[B,1,1,1,1]` in [0,1].
 * @param logVariance `[Z]`, natural logarithms of the variances.
 */
export function preconditioning(
  sigma: tf.Tensor,
  logVariance?: tf.Tensor,
): Preconditioning {
  const a = tf.sub(1, sigma);
  const noise = tf.square(sigma);
  const known = tf.scalar(SIGMA_DATA ** 2);
  const v = logVariance &&
    tf.reshape(tf.exp(logVariance), [1, 1, 1, 1, logVariance.size]);
  const s = v ? tf.minimum(v, known) : known;
  const skip = tf.div(
    tf.mul(a, s),
    tf.add(tf.mul(tf.square(a), s), noise),
  );
  if (!v) return { skip };
  return {
    skip,
    in: tf.rsqrt(tf.add(tf.mul(tf.square(a), v), noise)),
    out: tf.sqrt(tf.add(
      tf.mul(v, tf.square(tf.sub(1, tf.mul(a, skip)))),
      tf.mul(tf.square(skip), noise),
    )),
  };
}

/**
 * Natural logarithms of the variances of the channels of normalised latents,
 * whose mean is 0: `[Z]` of `[...,Z]` each.
 *
 * @example
 * ```ts
 * import { logVariances } from "lib/models/backbone/mod.ts";
 * import { float32 } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { data } = logVariances([float32([2, 2], [1, 3, -1, -3])]);
 * assert.ok(Math.abs(data[0]!) < 1e-6);
 * assert.ok(Math.abs(data[1]! - Math.log(9)) < 1e-6);
 * ```
 */
export function logVariances(
  latents: readonly NdArray<"float32">[],
): NdArray<"float32"> {
  const { meanSquare } = channelMoments(latents);
  return float32(
    [meanSquare.length],
    Array.from(meanSquare, (v) => Math.log(Math.max(MIN_VARIANCE, v))),
  );
}
