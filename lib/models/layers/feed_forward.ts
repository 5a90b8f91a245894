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

/** Makes a feed-forward layer of width `D`, 4 `D` in the middle. */
export function initFeedForward(
  rng: Rng,
  width: number,
): FeedForwardParameters {
  return {
    up: initLinear(rng.fork("up"), width, EXPANSION * width),
    down: initLinear(rng.fork("down"), EXPANSION * width, width),
  };
}

/** `[...,D] -> [...,D]`. */
export function feedForward(
  { up, down }: Tensors<FeedForwardParameters>,
  x: tf.Tensor,
): tf.Tensor {
  return linear(down, silu(linear(up, x)));
}
