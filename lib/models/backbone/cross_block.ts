import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../core/mod.ts";
import {
  attention,
  crossAttention,
  type CrossAttentionParameters,
  feedForward,
  initCrossAttention,
  layerNorm,
  type Tensors,
} from "../layers/mod.ts";
import {
  type attentionBlock,
  type AttentionBlockParameters,
  initAttentionBlock,
} from "./attention_block.ts";
import { modulate, modulationOf } from "./modulation.ts";

/**
 * An attention block in the style of LTX-2 (Lightricks 2026): self-attention
 * over the video alone, attention to the text with weights of its own, a
 * feed-forward layer. The baseline that hybrids are measured against.
 */
export interface CrossBlockParameters extends AttentionBlockParameters {
  readonly textAttention: CrossAttentionParameters;
}

/** Makes a block of width `D`. */
export function initCrossBlock(rng: Rng, width: number): CrossBlockParameters {
  return {
    ...initAttentionBlock(rng, width),
    textAttention: initCrossAttention(rng.fork("textAttention"), width, width),
  };
}

/** `[B,N,D] -> [B,N,D]`. As in LTX-2, the timestep does not steer how text is read. */
export function crossBlock(
  p: Tensors<CrossBlockParameters>,
  x: tf.Tensor,
  options: Parameters<typeof attentionBlock>[2],
): tf.Tensor {
  const { shared, rotary, context, heads } = options;
  const [shift1, scale1, gate1, shift2, scale2, gate2] = modulationOf(
    p.modulation,
    shared,
  ) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const seen = modulate(layerNorm(x), scale1, shift1);
  const mixed = attention(p.attention, seen, { heads, rotary });
  const y = tf.add(x, tf.mul(mixed, gate1));
  const read = crossAttention(p.textAttention, layerNorm(y), context, {
    heads,
  });
  const z = tf.add(y, read);
  const moved = feedForward(
    p.feedForward,
    modulate(layerNorm(z), scale2, shift2),
  );
  return tf.add(z, tf.mul(moved, gate2));
}
