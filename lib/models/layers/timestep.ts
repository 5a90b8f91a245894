import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../core/mod.ts";
import { silu } from "./activation.ts";
import { initLinear, linear, type LinearParameters } from "./linear.ts";
import type { Tensors } from "./parameters.ts";

/** Width of the sinusoids. */
const SINUSOIDS = 256;
/** Longest wavelength over the shortest. */
const MAX_PERIOD = 10_000;
/** Timesteps that the noise levels in [0,1] are scaled to, as in DDPM and DiT. */
const TIMESTEPS = 1000;

/** A timestep embedding: an MLP over sinusoids. */
export interface TimestepParameters {
  /** `[256,D]`. */
  readonly hidden: LinearParameters;
  /** `[D,D]`. */
  readonly out: LinearParameters;
}

/** Makes a timestep embedding of width `D`. */
export function initTimestep(rng: Rng, width: number): TimestepParameters {
  return {
    hidden: initLinear(rng.fork("hidden"), SINUSOIDS, width),
    out: initLinear(rng.fork("out"), width, width),
  };
}

/**
 * Noise levels sigma, `[B]` in [0,1], `-> [B,D]`: sinusoids, linear, SiLU, linear.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { tensorsOf } from "lib/compiler/mod.ts";
 * import { initTimestep, timestepEmbedding } from "lib/models/layers/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const layer = tensorsOf(initTimestep(new Rng(0), 8));
 * assert.deepEqual(timestepEmbedding(layer, tf.tensor1d([0, 0.5])).shape, [2, 8]);
 * ```
 */
export function timestepEmbedding(
  { hidden, out }: Tensors<TimestepParameters>,
  sigma: tf.Tensor,
): tf.Tensor {
  const half = SINUSOIDS / 2;
  const frequencies = tf.tensor2d(
    Array.from(
      { length: half },
      (_, i) => TIMESTEPS * MAX_PERIOD ** (-i / half),
    ),
    [1, half],
  );
  const angles = tf.mul(tf.reshape(sigma, [sigma.size, 1]), frequencies);
  const waves = tf.concat([tf.cos(angles), tf.sin(angles)], 1); // [B,256]
  return linear(out, silu(linear(hidden, waves)));
}
