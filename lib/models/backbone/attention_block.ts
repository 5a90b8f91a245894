import * as tf from "@tensorflow/tfjs-core";
import { type NdArray, type Rng, zeros } from "../../core/mod.ts";
import {
  attention,
  type AttentionContext,
  type AttentionParameters,
  crossAttention,
  type CrossAttentionParameters,
  feedForward,
  type FeedForwardParameters,
  initAttention,
  initCrossAttention,
  initFeedForward,
  layerNorm,
  type RotaryTable,
  type Tensors,
} from "../layers/mod.ts";
import { modulatedResidual, modulationOf } from "./modulation.ts";

/**
 * A transformer block over video tokens and text. Without `textAttention` it is
 * joint: video tokens attend to video and text at once. With it, the block is
 * that of LTX-2 (Lightricks 2026): self-attention over the video, then
 * cross-attention to the text; the baseline of hybrids.
 */
export interface AttentionBlockParameters {
  /** `[6,D]`: shift, scale and gate of attention and of feed-forward. */
  readonly modulation: NdArray;
  readonly attention: AttentionParameters;
  readonly feedForward: FeedForwardParameters;
  readonly textAttention?: CrossAttentionParameters;
}

/** Modulation vectors of the block. */
export const ATTENTION_MODULATIONS = 6;

/** Makes an attention block of width `D`. */
export function initAttentionBlock(
  rng: Rng,
  width: number,
  textConditioning: "joint" | "cross" = "joint",
): AttentionBlockParameters {
  return {
    modulation: zeros([ATTENTION_MODULATIONS, width]),
    attention: initAttention(rng.fork("attention"), width),
    feedForward: initFeedForward(rng.fork("feedForward"), width),
    ...(textConditioning === "cross" && {
      textAttention: initCrossAttention(
        rng.fork("textAttention"),
        width,
        width,
      ),
    }),
  };
}

/**
 * `[B,N,D] -> [B,N,D]`. As in LTX-2, the timestep does not modulate the
 * cross-attention to the text.
 *
 * @param options.shared Modulation that all blocks share, `[B,6,D]`.
 */
export function attentionBlock(
  p: Tensors<AttentionBlockParameters>,
  x: tf.Tensor,
  { shared, rotary, context, heads }: {
    readonly shared: tf.Tensor;
    readonly rotary: Tensors<RotaryTable>;
    readonly context: AttentionContext;
    readonly heads: number;
  },
): tf.Tensor {
  const vectors = modulationOf(p.modulation, shared);
  const isJoint = p.textAttention === undefined;
  let y = modulatedResidual(
    x,
    vectors.slice(0, 3),
    (x) =>
      attention(p.attention, x, {
        heads,
        rotary,
        ...(isJoint && { context }),
      }),
  );
  if (!isJoint) {
    y = tf.add(
      y,
      crossAttention(p.textAttention!, layerNorm(y), context, { heads }),
    );
  }
  return modulatedResidual(
    y,
    vectors.slice(3),
    (x) => feedForward(p.feedForward, x),
  );
}
