import type * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../core/mod.ts";
import { silu } from "./activation.ts";
import { initLinear, linear, type LinearParameters } from "./linear.ts";
import type { Tensors } from "./parameters.ts";

/** An MLP of one hidden layer. */
export interface FeedForwardParameters {
  /** `[D,4D]`. */
  readonly up: LinearParameters;
  /** `[4D,D]`. */
  readonly down: LinearParameters;
}

/** Width of the hidden layer over that of the input. */
const EXPANSION = 4;

/** Makes a feed-forward layer of width `D`. */
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
 * Linear, SiLU, linear: `[...,D] -> [...,D]`.
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
