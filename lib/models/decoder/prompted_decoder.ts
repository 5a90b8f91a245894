import * as tf from "@tensorflow/tfjs-core";
import { CHANNELS, type NdArray, type Rng } from "../../core/mod.ts";
import {
  type AttentionContext,
  type Block,
  conv3d,
  type Conv3dParameters,
  depthToSpace,
  initConv3d,
  initLinear,
  initNorm,
  initRecall,
  initTimestep,
  linear,
  type LinearParameters,
  normal,
  type NormParameters,
  recall,
  type RecallParameters,
  rmsNorm,
  silu,
  spaceToDepth,
  stack,
  type Tensors,
  timestepEmbedding,
  type TimestepParameters,
} from "../layers/mod.ts";
import type { DecoderConfig } from "./config.ts";
import {
  initPromptedBlock,
  promptedBlock,
  type PromptedBlockParameters,
  WITHIN_FRAME,
} from "./_prompted_block.ts";

/** One level: the ways to it from both sides, and its blocks. */
export interface DecoderLevelParameters {
  /** `[C,8C']`: what a cell becomes in the eight that it unfolds to; absent at the first level. */
  readonly unfold?: LinearParameters;
  /** `[8C",C']`, or of the pixels of a patch: what is seen of the noisy clip, of eight finer cells or, at the last level, of a patch. */
  readonly see: LinearParameters;
  readonly blocks: Record<string, PromptedBlockParameters>;
}

/** Parameters of a PromptedDecoder. */
export interface DecoderParameters {
  /** `[D+Z,C]`: the backbone's tokens and its guess, side by side. */
  readonly input: LinearParameters;
  /** How much noise the clip has. */
  readonly timestep: TimestepParameters;
  /** `[32,C]`: its share in the coarse cells. */
  readonly strength: LinearParameters;
  /** The whole prompt as M tokens of E channels. */
  readonly memory: RecallParameters;
  /** `[M,E]`: which of them is which. */
  readonly places: NdArray;
  readonly levels: Record<string, DecoderLevelParameters>;
  readonly norm: NormParameters;
  readonly output: Conv3dParameters;
}

/** What a decoder needs to know of the models before it. */
export interface DecoderSurroundings {
  readonly latentChannels: number;
  /** Of the backbone's tokens. */
  readonly backboneWidth: number;
  /** Of the text encoder's. */
  readonly textWidth: number;
}

/** What a clip is drawn after. */
export interface DecoderConditions {
  /** What the backbone makes of each cell of a noisy latent, `[B,t,h,w,D]`. */
  readonly tokens: tf.Tensor;
  /** The latent without its noise, normalised, as the backbone guesses it, `[B,t,h,w,Z]`. */
  readonly guess: tf.Tensor;
  /** The text encoder's output, `[B,L,textWidth]`, and its mask, `[B,L]`. */
  readonly text: AttentionContext;
}

/** A clip that still has noise, and what it is drawn after. */
export interface DecoderInputs extends DecoderConditions {
  /** `[B,T,H,W,3]`; without noise its pixels would lie in [-1,1]. */
  readonly noisy: tf.Tensor;
  /** How much noise, `[B]` in [0,1]. */
  readonly level: tf.Tensor;
}

/** Channels of what says how much noise there is. */
const TIMESTEP_WIDTH = 32;
/** What a level doubles: time, height and width. */
const DOUBLES: Block = [2, 2, 2];
/** Cells in such a block. */
const UNFOLDED = 8;

/**
 * Makes a PromptedDecoder.
 *
 * @example
 * ```ts
 * import { initDecoder } from "lib/models/decoder/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const config = { levels: [{ width: 64, blocks: 1 }, { width: 32, blocks: 1 }], memory: 4, memoryWidth: 8, patch: 4 };
 * const around = { latentChannels: 8, backboneWidth: 48, textWidth: 24 };
 * const { memory } = initDecoder(config, around, new Rng(0));
 * assert.deepEqual(memory.say.weight.shape, [24, 32]);
 * ```
 */
export function initDecoder(
  config: DecoderConfig,
  { latentChannels, backboneWidth, textWidth }: DecoderSurroundings,
  rng: Rng,
): DecoderParameters {
  const { levels, memory, memoryWidth, patch } = config;
  const [first, last] = [levels[0]!.width, levels.at(-1)!.width];
  return {
    input: initLinear(rng.fork("input"), backboneWidth + latentChannels, first),
    timestep: initTimestep(rng.fork("timestep"), TIMESTEP_WIDTH),
    strength: initLinear(rng.fork("strength"), TIMESTEP_WIDTH, first),
    memory: initRecall(rng.fork("memory"), textWidth, {
      tokens: memory,
      width: memoryWidth,
    }),
    places: normal(rng.fork("places"), [memory, memoryWidth], 1),
    levels: stack("level", levels.length, (level, name) => {
      const own = rng.fork(name);
      const { width, blocks } = levels[level]!;
      const before = levels[level - 1]?.width;
      const after = levels[level + 1]?.width;
      const seen = after ? UNFOLDED * after : CHANNELS * patch ** 2;
      return {
        ...(before !== undefined && {
          unfold: initLinear(own.fork("unfold"), before, UNFOLDED * width),
        }),
        see: initLinear(own.fork("see"), seen, width),
        blocks: stack(
          "block",
          blocks,
          (_, block) =>
            initPromptedBlock(own.fork(block), width, {
              cellWidth: first,
              memoryWidth,
            }),
        ),
      };
    }),
    norm: initNorm(last),
    output: initConv3d(
      rng.fork("output"),
      WITHIN_FRAME,
      last,
      CHANNELS * patch ** 2,
      0.1,
    ),
  };
}

/**
 * Guesses a clip without its noise, after a latent and under its prompt: the
 * last step of sampling and the way to pixels in one, as LTX-Video's decoder
 * makes it (HaCohen et al. 2024, arXiv 2501.00103), with the prompt besides,
 * and from noise, for many clips may be behind one latent (as in Preechakul et
 * al. 2021, arXiv 2111.15640): `[B,t,h,w,D]`, `[B,t,h,w,Z]` and `[B,T,H,W,3]
 * -> [B,T,H,W,3]`, around [-1,1] and not clipped to it.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { tensorsOf } from "lib/compiler/mod.ts";
 * import { initDecoder, promptedDecode } from "lib/models/decoder/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const config = { levels: [{ width: 64, blocks: 1 }, { width: 32, blocks: 1 }], memory: 4, memoryWidth: 8, patch: 4 };
 * const around = { latentChannels: 8, backboneWidth: 48, textWidth: 24 };
 * const decoder = tensorsOf(initDecoder(config, around, new Rng(0)));
 * const clip = promptedDecode(decoder, {
 *   tokens: tf.ones([1, 1, 2, 3, 48]),
 *   guess: tf.ones([1, 1, 2, 3, 8]),
 *   text: { tokens: tf.ones([1, 5, 24]), mask: tf.ones([1, 5]) },
 *   noisy: tf.ones([1, 2, 16, 24, 3]),
 *   level: tf.tensor1d([0.5]),
 * }, config);
 * assert.deepEqual(clip.shape, [1, 2, 16, 24, 3]);
 * ```
 */
export function promptedDecode(
  p: Tensors<DecoderParameters>,
  { tokens, guess, text, noisy, level }: DecoderInputs,
  { memory: count, memoryWidth, patch }: DecoderConfig,
): tf.Tensor {
  const B = tokens.shape[0]!;
  const recalled = recall(p.memory, text, memoryWidth);
  const memory = {
    // A prompt that says nothing is read too: something is to be read from.
    tokens: tf.add(recalled.tokens, p.places),
    mask: tf.ones([B, count]),
  };
  const strength = linear(p.strength, timestepEmbedding(p.timestep, level));
  const cells = tf.add(
    linear(p.input, tf.concat([tokens, guess], -1)),
    tf.reshape(strength, [B, 1, 1, 1, strength.shape[1]!]),
  );
  const levels = Object.values(p.levels);
  const seen = seenBy(levels, spaceToDepth(noisy, [1, patch, patch]));
  let x = cells;
  for (const [i, { unfold, blocks }] of levels.entries()) {
    if (unfold) x = depthToSpace(linear(unfold, x), DOUBLES);
    x = tf.add(x, seen[i]!);
    for (const block of Object.values(blocks)) {
      x = promptedBlock(block, x, { cells, memory });
    }
  }
  const out = conv3d(p.output, silu(rmsNorm(p.norm, x)));
  return depthToSpace(out, [1, patch, patch]);
}

/** What each level sees of patches, the first one the least finely. */
function seenBy(
  levels: readonly Tensors<DecoderLevelParameters>[],
  patches: tf.Tensor,
): tf.Tensor[] {
  const seen: tf.Tensor[] = [];
  let x = patches;
  for (const { see } of levels.toReversed()) {
    const here = linear(see, x);
    seen.unshift(here);
    if (seen.length < levels.length) x = spaceToDepth(silu(here), DOUBLES);
  }
  return seen;
}
