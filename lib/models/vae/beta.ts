import * as tf from "@tensorflow/tfjs-core";
import { type NdArray, scalar } from "../../core/mod.ts";
import { stopGradient } from "../layers/mod.ts";
import type { VaeConfig } from "./config.ts";

/** Initial value and bounds of the weight of the KL divergence. */
type BetaBounds = VaeConfig["beta"];

/**
 * The logit of a weight within bounds: any real number, so that an update cannot
 * leave them.
 */
export function initKlWeightLogit(
  { initial, min, max }: BetaBounds,
): NdArray<"float32"> {
  const share = Math.log(initial / min) / Math.log(max / min);
  return scalar(Math.log(share / (1 - share)));
}

/**
 * The weight: `min * (max / min) ^ sigmoid(klWeightLogit)`, a scalar in (min, max).
 */
export function betaOf(
  klWeightLogit: tf.Tensor,
  { min, max }: BetaBounds,
): tf.Tensor {
  return tf.exp(
    tf.add(
      Math.log(min),
      tf.mul(Math.log(max / min), tf.sigmoid(klWeightLogit)),
    ),
  );
}

/**
 * Weight of the calibration loss. AdamW is invariant to it; clipping gradients at
 * a common norm is not.
 */
const CALIBRATION = 1e-3;

/**
 * The loss of beta alone, `log(v / error)^2` with `v = beta / (2 ratio)`.
 *
 * Minimised together with the KL divergence, its weight would only shrink. As
 * the variance of the decoder it has an optimum (Rybkin et al. 2021, Simple and
 * Effective VAE Training with Calibrated Decoders, arXiv 2006.13202): a Gaussian
 * decoder of variance `v` over P pixel values and a divergence of `kl` nats for
 * each of Z latent numbers have the bound `error / (2 v) + log(v) / 2 + kl Z / P`
 * for each value; times `2 v` its first and last term are `error + beta kl` with
 * `beta = 2 v Z / P`. Its first two terms are least at `v = error`, as is this
 * loss. Their own gradient grows with `error / v` and would dominate the common
 * norm at which gradients are clipped.
 *
 * @param error Mean squared error; no gradient flows into it.
 * @param ratio Latent numbers for each pixel value, Z / P.
 */
export function calibrationLoss(
  beta: tf.Tensor,
  error: tf.Tensor,
  ratio: number,
): tf.Tensor {
  const variance = tf.div(beta, 2 * ratio);
  const distance = tf.log(tf.div(variance, stopGradient(error)));
  return tf.mul(tf.square(distance), CALIBRATION);
}
