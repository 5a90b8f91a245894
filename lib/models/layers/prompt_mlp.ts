import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../core/mod.ts";
import { silu } from "./activation.ts";
import { type AttentionContext, meanPool } from "./attention.ts";
import { initLinear, linear, type LinearParameters } from "./linear.ts";
import { layerNorm } from "./norm.ts";
import type { Tensors } from "./parameters.ts";

/**
 * An MLP from pooled text to context tokens. Prompts span far fewer directions
 * than there are names, so that one matrix recalls mixtures of things; two
 * hidden layers separate them (docs/log.md has the measurements).
 */
export interface PromptMlpParameters {
  /** `[textWidth,textWidth]`. */
  readonly fc1: LinearParameters;
  /** `[textWidth,textWidth]`. */
  readonly fc2: LinearParameters;
  /** `[textWidth,M D]`. */
  readonly proj: LinearParameters;
}

/**
 * Makes a prompt MLP for text tokens of `textWidth` channels.
 *
 * @param size.tokens M.
 * @param size.width D, channels of a context token.
 * @param gain Of the output layer before training.
 */
export function initPromptMlp(
  rng: Rng,
  textWidth: number,
  { tokens, width }: { readonly tokens: number; readonly width: number },
  gain = 1,
): PromptMlpParameters {
  // The names of the forks decide the initial weights: they stay.
  return {
    fc1: initLinear(rng.fork("hear"), textWidth, textWidth),
    fc2: initLinear(rng.fork("tell"), textWidth, textWidth),
    proj: initLinear(rng.fork("say"), textWidth, tokens * width, gain),
  };
}

/**
 * Maps the pooled text to context tokens: `[B,L,textWidth] -> [B,M,D]`. The
 * mask `[B,M]` is 0 for the empty prompt.
 *
 * @param width D.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { tensorsOf } from "lib/compiler/mod.ts";
 * import { initPromptMlp, promptMlp } from "lib/models/layers/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const mlp = tensorsOf(initPromptMlp(new Rng(0), 6, { tokens: 4, width: 8 }));
 * const text = { tokens: tf.ones([2, 5, 6]), mask: tf.tensor2d([[1, 1, 1, 0, 0], [0, 0, 0, 0, 0]]) };
 * const { tokens, mask } = promptMlp(mlp, text, 8);
 * assert.deepEqual(tokens.shape, [2, 4, 8]);
 * assert.deepEqual([...mask.dataSync()], [1, 1, 1, 1, 0, 0, 0, 0]);
 * ```
 */
export function promptMlp(
  p: Tensors<PromptMlpParameters>,
  text: AttentionContext,
  width: number,
): AttentionContext {
  const pooledText = meanPool({ ...text, tokens: layerNorm(text.tokens) });
  const hidden = silu(linear(p.fc2, silu(linear(p.fc1, pooledText))));
  const flat = linear(p.proj, hidden); // [B,M D]
  const [B, size] = flat.shape as [number, number];
  const count = size / width;
  const isPrompted = tf.max(text.mask, 1, true); // [B,1]
  return {
    tokens: tf.reshape(flat, [B, count, width]),
    mask: tf.tile(isPrompted, [1, count]),
  };
}
