import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../core/mod.ts";
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

/** Makes an attention layer of width `D`. */
export function initAttention(rng: Rng, width: number): AttentionParameters {
  return {
    qkv: initLinear(rng.fork("qkv"), width, 3 * width),
    out: initLinear(rng.fork("out"), width, width),
  };
}

/** Added to the scores of padding: nothing is left of it after softmax. */
const MASKED = -1e9;

/**
 * Self-attention over tokens, turned by their positions, which also read a
 * context through the same keys and values: `[B,N,D] -> [B,N,D]`.
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
  },
): tf.Tensor {
  const { heads, rotary, context, mask } = options;
  const [B, N, D] = x.shape as [number, number, number];
  const [q0, k0, v0] = headsOf(linear(parameters.qkv, x), heads);
  let q = rotary ? rotate(q0, rotary) : q0; // [B,h,N,d]
  let k = rotary ? rotate(k0, rotary) : k0;
  let v = v0;
  let bias = mask ? biasOf(mask) : undefined; // [B,1,1,N]
  if (context) {
    const [, contextK, contextV] = headsOf(
      linear(parameters.qkv, context.tokens),
      heads,
    );
    k = tf.concat([k, contextK], 2); // [B,h,N+L,d]
    v = tf.concat([v, contextV], 2);
    bias = tf.concat([
      bias ?? tf.zeros([B, 1, 1, N]),
      biasOf(context.mask),
    ], 3);
  }
  q = tf.mul(q, 1 / Math.sqrt(D / heads));
  const mixed = attend(q, k, v, bias); // [B,h,N,d]
  const joined = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [B, N, D]);
  return linear(parameters.out, joined);
}

/**
 * `softmax(q k^T + bias) v`: `[B,h,N,d]` with `[B,h,M,d]` `-> [B,h,N,d]`.
 *
 * The gradient is written out. That of softmax needs, for each row of weights,
 * the sum of weights times their gradients, which is the sum of the result
 * times its gradient: taken there it costs `d` numbers a row and not `M`
 * (Dao et al. 2022, FlashAttention, arXiv 2205.14135).
 */
function attend(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  bias: tf.Tensor | undefined,
): tf.Tensor {
  const forward = tf.customGrad((...args) => {
    const save = args.pop() as unknown as tf.GradSaveFunc;
    const [q, k, v] = args as [tf.Tensor, tf.Tensor, tf.Tensor];
    const scores = tf.matMul(q, k, false, true); // [B,h,N,M]
    const weights = tf.softmax(bias ? tf.add(scores, bias) : scores);
    const value = tf.matMul(weights, v);
    save([q, k, v, weights, value]);
    return {
      value,
      gradFunc: (dy, saved) => {
        const [q, k, v, weights, value] = saved as tf.Tensor[];
        const dWeights = tf.matMul(dy, v!, false, true);
        const sums = tf.sum(tf.mul(dy, value!), -1, true); // [B,h,N,1]
        const dScores = tf.mul(tf.sub(dWeights, sums), weights!);
        return [
          tf.matMul(dScores, k!),
          tf.matMul(dScores, q!, true, false),
          tf.matMul(weights!, dy, true, false),
        ];
      },
    };
  });
  return forward(q, k, v);
}

/** `[B,N,3D] -> three of [B,h,N,d]`. */
function headsOf(
  qkv: tf.Tensor,
  heads: number,
): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const [B, N, width] = qkv.shape as [number, number, number];
  const apart = tf.reshape(qkv, [B, N, 3, heads, width / 3 / heads]);
  const [q, k, v] = tf.unstack(tf.transpose(apart, [2, 0, 3, 1, 4]));
  return [q!, k!, v!];
}

/** `[B,N]` of ones and zeros `-> [B,1,1,N]` of zeros and {@link MASKED}. */
function biasOf(mask: tf.Tensor): tf.Tensor {
  const [B, N] = mask.shape as [number, number];
  return tf.reshape(tf.mul(tf.sub(1, mask), MASKED), [B, 1, 1, N]);
}
