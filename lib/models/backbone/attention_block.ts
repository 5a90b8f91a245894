import * as tf from "@tensorflow/tfjs-core";
import { type NdArray, type Rng, zeros } from "../../core/mod.ts";
import {
  attention,
  type AttentionContext,
  type AttentionParameters,
  feedForward,
  type FeedForwardParameters,
  initAttention,
  initFeedForward,
  layerNorm,
  type Tensors,
} from "../layers/mod.ts";
import { modulate, modulationOf } from "./modulation.ts";

/** Attention over video and text, and a feed-forward layer. */
export interface AttentionBlockParameters {
  /** `[6,D]`: shift, scale and gate of attention and of feed-forward. */
  readonly modulation: NdArray;
  readonly attention: AttentionParameters;
  readonly feedForward: FeedForwardParameters;
}

/** Vectors by which the timestep steers this block. */
export const ATTENTION_MODULATIONS = 6;

/** Makes an attention block of width `D`. */
export function initAttentionBlock(
  rng: Rng,
  width: number,
): AttentionBlockParameters {
  return {
    modulation: zeros([ATTENTION_MODULATIONS, width]),
    attention: initAttention(rng.fork("attention"), width),
    feedForward: initFeedForward(rng.fork("feedForward"), width),
  };
}

/** `[B,N,D] -> [B,N,D]`. */
export function attentionBlock(
  p: Tensors<AttentionBlockParameters>,
  x: tf.Tensor,
  options: {
    readonly shared: tf.Tensor;
    readonly rotary: { readonly cos: tf.Tensor; readonly sin: tf.Tensor };
    readonly context: AttentionContext;
    readonly heads: number;
  },
): tf.Tensor {
  const { shared, rotary, context, heads } = options;
  const [shift1, scale1, gate1, shift2, scale2, gate2] = modulationOf(
    p.modulation,
    shared,
  ) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const seen = modulate(layerNorm(x), scale1, shift1);
  const mixed = attention(p.attention, seen, { heads, rotary, context });
  const y = tf.add(x, tf.mul(mixed, gate1));
  const moved = feedForward(
    p.feedForward,
    modulate(layerNorm(y), scale2, shift2),
  );
  return tf.add(y, tf.mul(moved, gate2));
}
