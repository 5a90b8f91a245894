import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../core/mod.ts";
import { silu } from "./activation.ts";
import { type AttentionContext, meanOfTokens } from "./attention.ts";
import { initLinear, linear, type LinearParameters } from "./linear.ts";
import { layerNorm } from "./norm.ts";
import type { Tensors } from "./parameters.ts";

/**
 * A memory of what the things look like that a prompt names. Prompts lie in far
 * fewer directions than there are names, so that no single matrix could call to
 * mind another thing for each; two hidden layers tell them apart
 * (docs/specification.md, section 5).
 */
export interface RecallParameters {
  /** `[textWidth,textWidth]`. */
  readonly hear: LinearParameters;
  /** `[textWidth,textWidth]`. */
  readonly tell: LinearParameters;
  /** `[textWidth,M D]`. */
  readonly say: LinearParameters;
}

/** How much a memory recalls. */
export interface RecallSize {
  /** M, in tokens. */
  readonly tokens: number;
  /** D, channels of a token. */
  readonly width: number;
}

/**
 * Makes a memory for prompts of `textWidth` channels.
 *
 * @param gain Of what is recalled before training.
 *
 * @example
 * ```ts
 * import { initRecall } from "lib/models/layers/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { say } = initRecall(new Rng(0), 6, { tokens: 4, width: 8 });
 * assert.deepEqual(say.weight.shape, [6, 32]);
 * ```
 */
export function initRecall(
  rng: Rng,
  textWidth: number,
  { tokens, width }: RecallSize,
  gain = 1,
): RecallParameters {
  return {
    hear: initLinear(rng.fork("hear"), textWidth, textWidth),
    tell: initLinear(rng.fork("tell"), textWidth, textWidth),
    say: initLinear(rng.fork("say"), textWidth, tokens * width, gain),
  };
}

/**
 * What a whole prompt calls to mind, from the mean of its normalised tokens:
 * `[B,L,textWidth] -> [B,M,D]`; the empty prompt, nothing: its mask is 0.
 *
 * @param width D.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { tensorsOf } from "lib/compiler/mod.ts";
 * import { initRecall, recall } from "lib/models/layers/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const memory = tensorsOf(initRecall(new Rng(0), 6, { tokens: 4, width: 8 }));
 * const text = { tokens: tf.ones([2, 5, 6]), mask: tf.tensor2d([[1, 1, 1, 0, 0], [0, 0, 0, 0, 0]]) };
 * const { tokens, mask } = recall(memory, text, 8);
 * assert.deepEqual(tokens.shape, [2, 4, 8]);
 * assert.deepEqual([...mask.dataSync()], [1, 1, 1, 1, 0, 0, 0, 0]);
 * ```
 */
export function recall(
  memory: Tensors<RecallParameters>,
  text: AttentionContext,
  width: number,
): AttentionContext {
  const gist = meanOfTokens({ ...text, tokens: layerNorm(text.tokens) });
  const told = silu(linear(memory.tell, silu(linear(memory.hear, gist))));
  const flat = linear(memory.say, told); // [B,M D]
  const [B, size] = flat.shape as [number, number];
  const count = size / width;
  const isSaid = tf.max(text.mask, 1, true); // [B,1]
  return {
    tokens: tf.reshape(flat, [B, count, width]),
    mask: tf.tile(isSaid, [1, count]),
  };
}
