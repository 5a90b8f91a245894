import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../core/mod.ts";
import { attend, biasOf, headsOf, joined } from "./_heads.ts";
import type { AttentionContext } from "./attention.ts";
import { initLinear, linear, type LinearParameters } from "./linear.ts";
import type { Tensors } from "./parameters.ts";

/** Attention in which one sequence asks and another answers. */
export interface CrossAttentionParameters {
  /** `[D,D]`. */
  readonly query: LinearParameters;
  /** `[E,2D]`: keys and values in one product. */
  readonly keyValue: LinearParameters;
  /** `[D,D]`. */
  readonly out: LinearParameters;
}

/**
 * Makes cross-attention of width `D` that reads tokens of width `E`.
 *
 * @example
 * ```ts
 * import { initCrossAttention } from "lib/models/layers/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(initCrossAttention(new Rng(0), 8, 6).keyValue.weight.shape, [6, 16]);
 * ```
 */
export function initCrossAttention(
  rng: Rng,
  width: number,
  readWidth: number,
): CrossAttentionParameters {
  return {
    query: initLinear(rng.fork("query"), width, width),
    keyValue: initLinear(rng.fork("keyValue"), readWidth, 2 * width),
    out: initLinear(rng.fork("out"), width, width),
  };
}

/**
 * Each token reads the context: `[B,N,D]` with `[B,L,E] -> [B,N,D]`. Nothing
 * is said of places: what is read is a set.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { tensorsOf } from "lib/compiler/mod.ts";
 * import { crossAttention, initCrossAttention } from "lib/models/layers/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const layer = tensorsOf(initCrossAttention(new Rng(0), 8, 6));
 * const context = { tokens: tf.ones([1, 3, 6]), mask: tf.ones([1, 3]) };
 * assert.deepEqual(crossAttention(layer, tf.ones([1, 5, 8]), context, { heads: 2 }).shape, [1, 5, 8]);
 * ```
 */
export function crossAttention(
  parameters: Tensors<CrossAttentionParameters>,
  x: tf.Tensor,
  { tokens, mask }: AttentionContext,
  { heads }: { readonly heads: number },
): tf.Tensor {
  const D = x.shape[2]!;
  const [q] = headsOf(linear(parameters.query, x), 1, heads);
  const [k, v] = headsOf(linear(parameters.keyValue, tokens), 2, heads);
  const scaled = tf.mul(q!, 1 / Math.sqrt(D / heads)); // [B,h,N,d]
  const mixed = attend(scaled, k!, v!, biasOf(mask));
  return linear(parameters.out, joined(mixed));
}
