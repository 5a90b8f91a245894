import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../core/mod.ts";
import {
  dotProductAttention,
  maskBias,
  mergeHeads,
  splitHeads,
  tokenMaskBias,
} from "./_dot_product_attention.ts";
import { initLinear, linear, type LinearParameters } from "./linear.ts";
import type { Tensors } from "./parameters.ts";
import { type RotaryTable, rotate } from "./rotary.ts";

/** Multi-head self-attention (Vaswani et al. 2017, arXiv 1706.03762). */
export interface AttentionParameters {
  /** `[D,3D]`: queries, keys and values in one product. */
  readonly qkv: LinearParameters;
  /** `[D,D]`. */
  readonly out: LinearParameters;
}

/** Tokens to attend to, which do not attend themselves. */
export interface AttentionContext {
  /** `[B,L,D]`. */
  readonly tokens: tf.Tensor;
  /** `[B,L]`: 1 for a token, 0 for padding. */
  readonly mask: tf.Tensor;
}

/**
 * The mean of tokens, padding left out; zero where all are padding:
 * `[B,L,D] -> [B,D]`.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { meanPool } from "lib/models/layers/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const tokens = tf.tensor3d([[[2], [4], [9]]]);
 * const mask = tf.tensor2d([[1, 1, 0]]);
 * assert.deepEqual([...meanPool({ tokens, mask }).dataSync()], [3]);
 * ```
 */
export function meanPool({ tokens, mask }: AttentionContext): tf.Tensor {
  const weights = tf.expandDims(mask, -1);
  const count = tf.maximum(tf.sum(weights, 1), 1);
  return tf.div(tf.sum(tf.mul(tokens, weights), 1), count);
}

/** Makes self-attention of width `D`. */
export function initAttention(rng: Rng, width: number): AttentionParameters {
  return {
    qkv: initLinear(rng.fork("qkv"), width, 3 * width),
    out: initLinear(rng.fork("out"), width, width),
  };
}

/**
 * Self-attention, `[B,N,D] -> [B,N,D]`, with rotary positions; the tokens also
 * attend to a context through the same keys and values (joint attention).
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { tensorsOf } from "lib/compiler/mod.ts";
 * import { attention, initAttention } from "lib/models/layers/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const layer = tensorsOf(initAttention(new Rng(0), 8));
 * assert.deepEqual(attention(layer, tf.ones([1, 5, 8]), { heads: 2 }).shape, [1, 5, 8]);
 * ```
 */
export function attention(
  { qkv, out }: Tensors<AttentionParameters>,
  x: tf.Tensor,
  options: {
    readonly heads: number;
    readonly rotary?: Tensors<RotaryTable>;
    readonly context?: AttentionContext;
    /** `[B,N]`: 1 for a token, 0 for padding. */
    readonly mask?: tf.Tensor;
    /**
     * `[N,N]`: 1 where the token of the row attends to that of the column; not
     * together with a context.
     */
    readonly attentionMask?: tf.Tensor;
  },
): tf.Tensor {
  const { heads, rotary, context, mask, attentionMask } = options;
  const [B, N] = x.shape as [number, number, number];
  const [q0, k0, v0] = splitHeads(linear(qkv, x), 3, heads); // [B,h,N,d]
  const q = rotary ? rotate(q0!, rotary) : q0!;
  let k = rotary ? rotate(k0!, rotary) : k0!;
  let v = v0!;
  let bias = mask && tokenMaskBias(mask); // [B,1,1,N]
  if (attentionMask) {
    const pairs = maskBias(attentionMask); // [N,N]
    bias = bias ? tf.add(bias, pairs) : pairs;
  }
  if (context) {
    const [, contextK, contextV] = splitHeads(
      linear(qkv, context.tokens),
      3,
      heads,
    );
    k = tf.concat([k, contextK!], 2); // [B,h,N+L,d]
    v = tf.concat([v, contextV!], 2);
    bias = tf.concat([
      bias ?? tf.zeros([B, 1, 1, N]),
      tokenMaskBias(context.mask),
    ], 3);
  }
  return attended(out, q, k, v, bias);
}

/** Attention from one sequence to another. */
export interface CrossAttentionParameters {
  /** `[D,D]`. */
  readonly query: LinearParameters;
  /** `[E,2D]`: keys and values in one product. */
  readonly keyValue: LinearParameters;
  /** `[D,D]`. */
  readonly out: LinearParameters;
}

/** Makes cross-attention of width `D` to a context of width `E`. */
export function initCrossAttention(
  rng: Rng,
  width: number,
  contextWidth: number,
): CrossAttentionParameters {
  return {
    query: initLinear(rng.fork("query"), width, width),
    keyValue: initLinear(rng.fork("keyValue"), contextWidth, 2 * width),
    out: initLinear(rng.fork("out"), width, width),
  };
}

/**
 * Cross-attention: `[B,N,D]` with a context `[B,L,E] -> [B,N,D]`. Without
 * positions: the context is a set.
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
  { query, keyValue, out }: Tensors<CrossAttentionParameters>,
  x: tf.Tensor,
  { tokens, mask }: AttentionContext,
  { heads }: { readonly heads: number },
): tf.Tensor {
  const [q] = splitHeads(linear(query, x), 1, heads);
  const [k, v] = splitHeads(linear(keyValue, tokens), 2, heads);
  return attended(out, q!, k!, v!, tokenMaskBias(mask));
}

/** Attention with scaled queries, heads merged and projected: `[B,N,D]`. */
function attended(
  out: Tensors<LinearParameters>,
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  bias: tf.Tensor | undefined,
): tf.Tensor {
  const scaled = tf.mul(q, 1 / Math.sqrt(q.shape[3]!));
  return linear(out, mergeHeads(dotProductAttention(scaled, k, v, bias)));
}
