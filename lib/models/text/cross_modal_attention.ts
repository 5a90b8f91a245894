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
 * A resampler with learned queries in the backbone's width, which attend to the
 * characters (as the Perceiver Resampler, arXiv 2204.14198): the backbone gets a
 * fixed number of text tokens, and its cost does not grow with the prompt.
 */
export interface CrossModalParameters {
  /** `[K,O]`. */
  readonly queries: NdArray;
  /** From the encoder's width `H` to the backbone's `O`. */
  readonly attention: CrossAttentionParameters;
}

/** Std of the queries before training, large enough for them to differ. */
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

/** Characters `[B,L,H]` and their mask `[B,L] -> [B,K,O]`. */
export function crossModalAttention(
  { queries, attention }: Tensors<CrossModalParameters>,
  characters: AttentionContext,
  heads: number,
): tf.Tensor {
  const [K, O] = queries.shape as [number, number];
  const B = characters.tokens.shape[0]!;
  const x = tf.tile(tf.reshape(queries, [1, K, O]), [B, 1, 1]);
  return tf.add(x, crossAttention(attention, x, characters, { heads }));
}
