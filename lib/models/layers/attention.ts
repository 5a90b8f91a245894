import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../core/mod.ts";
import { attend, biasOf, headsOf, hidden, joined } from "./_heads.ts";
import { initLinear, linear, type LinearParameters } from "./linear.ts";
import type { Tensors } from "./parameters.ts";
import { rotate } from "./rotary.ts";

/** Multi-head attention (Vaswani et al. 2017, arXiv 1706.03762). */
export interface AttentionParameters {
  /** `[D,3D]`: queries, keys and values in one product. */
  readonly qkv: LinearParameters;
  /** `[D,D]`. */
  readonly out: LinearParameters;
}

/** What attention may look at beside the tokens themselves. */
export interface AttentionContext {
  /** Further tokens to read, `[B,L,D]`; they do not ask. */
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
 * import { meanOfTokens } from "lib/models/layers/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const tokens = tf.tensor3d([[[2], [4], [9]]]);
 * const mask = tf.tensor2d([[1, 1, 0]]);
 * assert.deepEqual([...meanOfTokens({ tokens, mask }).dataSync()], [3]);
 * ```
 */
export function meanOfTokens({ tokens, mask }: AttentionContext): tf.Tensor {
  const weights = tf.expandDims(mask, -1);
  const count = tf.maximum(tf.sum(weights, 1), 1);
  return tf.div(tf.sum(tf.mul(tokens, weights), 1), count);
}

/**
 * Makes an attention layer of width `D`.
 *
 * @example
 * ```ts
 * import { initAttention } from "lib/models/layers/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(initAttention(new Rng(0), 8).qkv.weight.shape, [8, 24]);
 * ```
 */
export function initAttention(rng: Rng, width: number): AttentionParameters {
  return {
    qkv: initLinear(rng.fork("qkv"), width, 3 * width),
    out: initLinear(rng.fork("out"), width, width),
  };
}

/**
 * Self-attention over tokens, turned by their positions, which also read a
 * context through the same keys and values: `[B,N,D] -> [B,N,D]`.
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
  parameters: Tensors<AttentionParameters>,
  x: tf.Tensor,
  options: {
    readonly heads: number;
    readonly rotary?: { readonly cos: tf.Tensor; readonly sin: tf.Tensor };
    readonly context?: AttentionContext;
    /** `[B,N]`: 1 for a token, 0 for padding. */
    readonly mask?: tf.Tensor;
    /**
     * `[N,N]`: 1 where the token of the row may look at that of the column;
     * not together with a context.
     */
    readonly attentionMask?: tf.Tensor;
  },
): tf.Tensor {
  const { heads, rotary, context, mask, attentionMask } = options;
  const [B, N, D] = x.shape as [number, number, number];
  const [q0, k0, v0] = headsOf(linear(parameters.qkv, x), 3, heads) as Three;
  let q = rotary ? rotate(q0, rotary) : q0; // [B,h,N,d]
  let k = rotary ? rotate(k0, rotary) : k0;
  let v = v0;
  let bias = mask ? biasOf(mask) : undefined; // [B,1,1,N]
  if (attentionMask) {
    const unseen = hidden(attentionMask); // [N,N]
    bias = bias ? tf.add(bias, unseen) : unseen;
  }
  if (context) {
    const [, contextK, contextV] = headsOf(
      linear(parameters.qkv, context.tokens),
      3,
      heads,
    ) as Three;
    k = tf.concat([k, contextK], 2); // [B,h,N+L,d]
    v = tf.concat([v, contextV], 2);
    bias = tf.concat([
      bias ?? tf.zeros([B, 1, 1, N]),
      biasOf(context.mask),
    ], 3);
  }
  q = tf.mul(q, 1 / Math.sqrt(D / heads));
  return linear(parameters.out, joined(attend(q, k, v, bias)));
}

/** Queries, keys and values. */
type Three = [tf.Tensor, tf.Tensor, tf.Tensor];
