import * as tf from "@tensorflow/tfjs-core";
import type { NdArray, Rng } from "../../core/mod.ts";
import {
  attention,
  type AttentionContext,
  type AttentionParameters,
  type BlockOptions,
  feedForward,
  type FeedForwardParameters,
  initAttention,
  initFeedForward,
  initNorm,
  normal,
  type NormParameters,
  rmsNorm,
  type RotaryTable,
  sequenceRotary,
  stack,
  type Tensors,
} from "../layers/mod.ts";
import type { TextConfig } from "./config.ts";
import {
  crossModalAttention,
  type CrossModalParameters,
  initCrossModal,
} from "./cross_modal_attention.ts";
import type { PromptTokens } from "./prompt.ts";

/** A transformer layer. */
interface TextLayerParameters {
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
  /** `[termRows,H]`: row 0 for plain text, then one for each video term. */
  readonly terms: NdArray;
  readonly layers: Record<string, TextLayerParameters>;
  readonly norm: NormParameters;
  readonly crossModal: CrossModalParameters;
}

/** Std of embedding rows before training. */
const EMBEDDING_STD = 0.5;
/** Shortest and longest wavelength of the rotary positions, in characters. */
const WAVELENGTHS = [2, 512] as const;

/** Makes a text encoder. */
export function initText(config: TextConfig, rng: Rng): TextParameters {
  const { width } = config;
  const table = (name: string, rows: number): NdArray =>
    normal(rng.fork(name), [rows, width], EMBEDDING_STD);
  return {
    characters: table("characters", config.characterRows),
    ngrams: table("ngrams", config.ngramRows),
    terms: table("terms", config.termRows),
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
    crossModal: initCrossModal(rng.fork("crossModal"), config),
  };
}

/**
 * Encodes prompts: rows `[B,L]` to text tokens `[B,queries,outputWidth]` and
 * their mask `[B,queries]`. The empty prompt gives zeros, masked.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import { tensorsOf } from "lib/compiler/mod.ts";
 * import { encodeText, initText, tokenisePrompts } from "lib/models/text/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * const config = PRESETS.tiny.text;
 * const rows = tensorsOf(tokenisePrompts(["a red cat", "赤い猫"], config));
 * const { tokens } = encodeText(tensorsOf(initText(config, new Rng(0))), rows, config);
 * assert.deepEqual(tokens.shape, [2, 4, 48]);
 * ```
 */
export function encodeText(
  p: Tensors<TextParameters>,
  tokens: Tensors<Omit<PromptTokens, "words" | "wordMask">>,
  { heads, width }: Pick<TextConfig, "heads" | "width">,
  { remat = (block) => block }: BlockOptions = {},
): AttentionContext {
  const { mask } = tokens;
  const [B, length] = mask.shape as [number, number];
  const embed = (table: tf.Tensor, ids: tf.Tensor): tf.Tensor =>
    tf.gather(table, ids as tf.Tensor2D);
  let x = tf.addN([
    embed(p.characters, tokens.characters),
    embed(p.ngrams, tokens.pairs),
    embed(p.ngrams, tokens.triples),
    embed(p.terms, tokens.terms),
  ]); // [B,L,H]
  const rotary = sequenceRotary(length, WAVELENGTHS, width / heads);
  const block = remat((
    layer: Tensors<TextLayerParameters>,
    { x, rotary, mask }: {
      readonly x: tf.Tensor;
      readonly rotary: Tensors<RotaryTable>;
      readonly mask: tf.Tensor;
    },
  ) => {
    const normed = rmsNorm(layer.norm1, x);
    const y = tf.add(
      x,
      attention(layer.attention, normed, { heads, rotary, mask }),
    );
    return tf.add(y, feedForward(layer.feedForward, rmsNorm(layer.norm2, y)));
  });
  for (const layer of Object.values(p.layers)) {
    x = block(layer, { x, rotary, mask });
  }
  const resampled = crossModalAttention(
    p.crossModal,
    { tokens: rmsNorm(p.norm, x), mask },
    heads,
  ); // [B,K,O]
  const isPrompted = tf.max(mask, 1, true); // [B,1]
  return {
    tokens: tf.mul(resampled, tf.reshape(isPrompted, [B, 1, 1])),
    mask: tf.tile(isPrompted, [1, resampled.shape[1]!]),
  };
}
