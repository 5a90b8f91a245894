import type * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../core/mod.ts";
import { silu } from "./activation.ts";
import { initLinear, linear, type LinearParameters } from "./linear.ts";
import type { Tensors } from "./parameters.ts";

/** Two linear layers with a wider one between. */
export interface FeedForwardParameters {
  readonly up: LinearParameters;
  readonly down: LinearParameters;
}

/** How much wider the middle is. */
const EXPANSION = 4;

/**
 * Makes a feed-forward layer of width `D`, 4 `D` in the middle.
 *
 * @example
 * ```ts
 * import { initFeedForward } from "lib/models/layers/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(initFeedForward(new Rng(0), 8).up.weight.shape, [8, 32]);
 * ```
 */
export function initFeedForward(
  rng: Rng,
  width: number,
): FeedForwardParameters {
  return {
    up: initLinear(rng.fork("up"), width, EXPANSION * width),
    down: initLinear(rng.fork("down"), EXPANSION * width, width),
  };
}

/**
 * `[...,D] -> [...,D]`.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { tensorsOf } from "lib/compiler/mod.ts";
 * import { feedForward, initFeedForward } from "lib/models/layers/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const layer = tensorsOf(initFeedForward(new Rng(0), 8));
 * assert.deepEqual(feedForward(layer, tf.ones([2, 3, 8])).shape, [2, 3, 8]);
 * ```
 */
export function feedForward(
  { up, down }: Tensors<FeedForwardParameters>,
  x: tf.Tensor,
): tf.Tensor {
  return linear(down, silu(linear(up, x)));
}
