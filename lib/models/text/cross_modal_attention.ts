import * as tf from "@tensorflow/tfjs-core";
import type { NdArray, Rng } from "../../core/mod.ts";
import {
  type AttentionContext,
  crossAttention,
  type CrossAttentionParameters,
  initCrossAttention,
  normal,
  type Tensors,
} from "../layers/mod.ts";
import type { TextConfig } from "./config.ts";

/**
 * What a video wants to know of a prompt: learned questions in the video's
 * width, which characters answer. The backbone so reads a fixed number of
 * tokens, and its cost does not grow with the prompt.
 */
export interface CrossModalParameters {
  /** `[K,O]`. */
  readonly queries: NdArray;
  /** From the encoder's width `H` to the video's `O`. */
  readonly attention: CrossAttentionParameters;
}

/** Deviation of the questions before training: far enough apart to ask for different things. */
const QUERY_STD = 1;

/** Makes the layer. */
export function initCrossModal(
  rng: Rng,
  { width, queries, outputWidth }: Pick<
    TextConfig,
    "width" | "queries" | "outputWidth"
  >,
): CrossModalParameters {
  return {
    queries: normal(
      rng.fork("queries"),
      [queries, outputWidth],
      QUERY_STD,
    ),
    attention: initCrossAttention(rng.fork("attention"), outputWidth, width),
  };
}

/** Asks: characters `[B,L,H]` and their mask `[B,L] -> [B,K,O]`. */
export function crossModalAttention(
  { queries, attention }: Tensors<CrossModalParameters>,
  characters: AttentionContext,
  heads: number,
): tf.Tensor {
  const [K, O] = queries.shape as [number, number];
  const B = characters.tokens.shape[0]!;
  const asked = tf.tile(tf.reshape(queries, [1, K, O]), [B, 1, 1]);
  return tf.add(
    asked,
    crossAttention(attention, asked, characters, { heads }),
  );
}
