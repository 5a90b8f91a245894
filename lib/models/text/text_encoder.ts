import * as tf from "@tensorflow/tfjs-core";
import type { NdArray, Rng } from "../../core/mod.ts";
import {
  attention,
  type AttentionParameters,
  feedForward,
  type FeedForwardParameters,
  initAttention,
  initFeedForward,
  initLinear,
  initNorm,
  linear,
  type LinearParameters,
  normal,
  type NormParameters,
  rmsNorm,
  rotaryTable,
  stack,
  type Tensors,
} from "../layers/mod.ts";
import type { TextConfig } from "./config.ts";
import type { PromptTokens } from "./prompt.ts";

/** One transformer layer. */
export interface TextLayerParameters {
  readonly norm1: NormParameters;
  readonly attention: AttentionParameters;
  readonly norm2: NormParameters;
  readonly feedForward: FeedForwardParameters;
}

/** Parameters of a MultilingualTextEncoder. */
export interface TextParameters {
  /** `[characterRows,H]`. */
  readonly characters: NdArray;
  /** `[ngramRows,H]`. */
  readonly ngrams: NdArray;
  readonly layers: Record<string, TextLayerParameters>;
  readonly norm: NormParameters;
  readonly out: LinearParameters;
}

/** Deviation of embedding rows before training. */
const EMBEDDING_DEVIATION = 0.5;
/** Wavelengths of the rotary positions, in characters. */
const WAVELENGTHS = [2, 512] as const;

/**
 * Makes a text encoder.
 *
 * @example
 * ```ts
 * import { initText } from "lib/models/text/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const config = {
 *   characterRows: 32, ngramRows: 64, width: 16, layers: 1, heads: 2,
 *   outputWidth: 24, maxCharacters: 8, wordRows: 32, maxWords: 4,
 * };
 * assert.deepEqual(initText(config, new Rng(0)).out.weight.shape, [16, 24]);
 * ```
 */
export function initText(config: TextConfig, rng: Rng): TextParameters {
  const { width } = config;
  const table = (name: string, rows: number): NdArray =>
    normal(rng.fork(name), [rows, width], EMBEDDING_DEVIATION);
  return {
    characters: table("characters", config.characterRows),
    ngrams: table("ngrams", config.ngramRows),
    layers: stack("layer", config.layers, (_, name) => {
      const layer = rng.fork(name);
      return {
        norm1: initNorm(width),
        attention: initAttention(layer.fork("attention"), width),
        norm2: initNorm(width),
        feedForward: initFeedForward(layer.fork("feedForward"), width),
      };
    }),
    norm: initNorm(width),
    out: initLinear(rng.fork("out"), width, config.outputWidth),
  };
}

/** Reads prompts: tokens `[B,L] -> [B,L,outputWidth]`, zero where there is padding. */
export function encodeText(
  p: Tensors<TextParameters>,
  tokens: Tensors<PromptTokens>,
  { heads, width }: Pick<TextConfig, "heads" | "width">,
): tf.Tensor {
  const { mask } = tokens;
  const length = mask.shape[1]!;
  const embed = (table: tf.Tensor, ids: tf.Tensor): tf.Tensor =>
    tf.gather(table, ids as tf.Tensor2D);
  let x = tf.addN([
    embed(p.characters, tokens.characters),
    embed(p.ngrams, tokens.pairs),
    embed(p.ngrams, tokens.triples),
  ]); // [B,L,H]
  const table = rotaryTable([{
    positions: Array.from({ length }, (_, i) => i),
    wavelengths: WAVELENGTHS,
  }], width / heads);
  const rotary = {
    cos: tf.tensor(table.cos.data, [...table.cos.shape]),
    sin: tf.tensor(table.sin.data, [...table.sin.shape]),
  };
  for (const layer of Object.values(p.layers)) {
    const seen = rmsNorm(layer.norm1, x);
    x = tf.add(x, attention(layer.attention, seen, { heads, rotary, mask }));
    x = tf.add(x, feedForward(layer.feedForward, rmsNorm(layer.norm2, x)));
  }
  return tf.mul(linear(p.out, rmsNorm(p.norm, x)), tf.expandDims(mask, -1));
}
