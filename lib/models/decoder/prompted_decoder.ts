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
  initPromptMlp,
  linear,
  type LinearParameters,
  normal,
  type NormParameters,
  pooledText,
  promptFeatures,
  promptMlp,
  type PromptMlpParameters,
  rmsNorm,
  silu,
  stack,
  type Tensors,
  withoutGradient,
} from "../layers/mod.ts";
import { type DecoderConfig, enlargementOf } from "./config.ts";
import {
  drawSprite,
  initSprite,
  laidOver,
  type Overlay,
  type SpriteParameters,
} from "./sprite.ts";
import { type SpritePoses, spritePoses } from "./sprite_pose.ts";
import {
  initPromptedBlock,
  promptedBlock,
  type PromptedBlockParameters,
  WITHIN_FRAME,
} from "./_prompted_block.ts";

/** One level: the way to it from the one before, and its blocks. */
export interface DecoderLevelParameters {
  /** `[C,8C']`: what a cell becomes in the eight that it unfolds to; absent at the first level. */
  readonly unfold?: LinearParameters;
  readonly blocks: Record<string, PromptedBlockParameters>;
}

/** Parameters of a PromptedDecoder. */
export interface DecoderParameters {
  /** `[D+Z,C]`: the backbone's tokens and its guess, side by side. */
  readonly input: LinearParameters;
  /** The whole prompt as M tokens of E channels. */
  readonly memory: PromptMlpParameters;
  /** `[M,E]`: which of them is which. */
  readonly places: NdArray;
  readonly levels: Record<string, DecoderLevelParameters>;
  readonly norm: NormParameters;
  readonly output: Conv3dParameters;
  /** What is laid over that, if anything is. */
  readonly sprite?: SpriteParameters;
}

/** What a decoder needs to know of the models before it. */
export interface DecoderSurroundings {
  readonly latentChannels: number;
  /** Of the backbone's tokens. */
  readonly backboneWidth: number;
  /** Of the text encoder's. */
  readonly textWidth: number;
}

/** What a latent is decoded from. */
export interface DecoderInputs {
  /** What the backbone makes of each cell of a noisy latent, `[B,t,h,w,D]`. */
  readonly tokens: tf.Tensor;
  /** The latent without its noise, normalised, as the backbone guesses it, `[B,t,h,w,Z]`. */
  readonly guess: tf.Tensor;
  /** The text encoder's output, `[B,L,textWidth]`, and its mask, `[B,L]`. */
  readonly text: AttentionContext;
  /** Of the latent's frames, from the middle of the clip, `[B,t]`. */
  readonly seconds: tf.Tensor;
}

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
 * assert.deepEqual(memory.proj.weight.shape, [24, 32]);
 * ```
 */
export function initDecoder(
  config: DecoderConfig,
  { latentChannels, backboneWidth, textWidth }: DecoderSurroundings,
  rng: Rng,
): DecoderParameters {
  const { levels, memory, memoryWidth, sprite } = config;
  const [first, last] = [levels[0]!.width, levels.at(-1)!.width];
  return {
    input: initLinear(rng.fork("input"), backboneWidth + latentChannels, first),
    memory: initPromptMlp(rng.fork("memory"), textWidth, {
      tokens: memory,
      width: memoryWidth,
    }),
    places: normal(rng.fork("places"), [memory, memoryWidth], 1),
    levels: stack("level", levels.length, (level, name) => {
      const own = rng.fork(name);
      const { width, blocks } = levels[level]!;
      const before = levels[level - 1]?.width;
      return {
        ...(before !== undefined && {
          unfold: initLinear(own.fork("unfold"), before, UNFOLDED * width),
        }),
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
      CHANNELS * config.patch ** 2,
      0.1,
    ),
    ...(sprite && {
      sprite: initSprite(rng.fork("sprite"), sprite, {
        cellWidth: first,
        textWidth,
        frames: enlargementOf(config).time,
      }),
    }),
  };
}

/**
 * Decodes a latent that still has noise, under its prompt: the last step of
 * sampling and the way to pixels in one, as LTX-Video's decoder makes it
 * (HaCohen et al. 2024, arXiv 2501.00103), with the prompt besides:
 * `[B,t,h,w,D]` and `[B,t,h,w,Z] -> [B,T,H,W,3]`, around [0,1] and not clipped
 * to it.
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
 *   seconds: tf.zeros([1, 1]),
 * }, config);
 * assert.deepEqual(clip.shape, [1, 2, 16, 24, 3]);
 * ```
 */
export function promptedDecode(
  p: Tensors<DecoderParameters>,
  inputs: DecoderInputs,
  config: DecoderConfig,
): tf.Tensor {
  const { behind, sprite } = promptedLayers(p, inputs, config);
  return sprite ? laidOver(behind, sprite.at(sprite.poses)) : behind;
}

/** What a decoder draws, one over the other. */
export interface DecodedLayers {
  /** `[B,T,H,W,3]`, around [0,1]. */
  readonly behind: tf.Tensor;
  /** What is laid over that. */
  readonly sprite?: {
    readonly poses: SpritePoses;
    /** The sprite in other places than those. */
    at(poses: SpritePoses): Overlay;
  };
}

/**
 * As {@link promptedDecode}, layer by layer.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { tensorsOf } from "lib/compiler/mod.ts";
 * import { initDecoder, promptedLayers } from "lib/models/decoder/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const config = {
 *   levels: [{ width: 64, blocks: 1 }, { width: 32, blocks: 1 }], memory: 4, memoryWidth: 8, patch: 4,
 *   sprite: { side: 8, pictures: 5 },
 * };
 * const around = { latentChannels: 8, backboneWidth: 48, textWidth: 24 };
 * const decoder = tensorsOf(initDecoder(config, around, new Rng(0)));
 * const { behind, sprite } = promptedLayers(decoder, {
 *   tokens: tf.ones([1, 1, 2, 3, 48]),
 *   guess: tf.ones([1, 1, 2, 3, 8]),
 *   text: { tokens: tf.ones([1, 5, 24]), mask: tf.ones([1, 5]) },
 *   seconds: tf.zeros([1, 1]),
 * }, config);
 * assert.deepEqual(behind.shape, [1, 2, 16, 24, 3]);
 * assert.deepEqual(sprite?.at(sprite.poses).alpha.shape, [1, 2, 16, 24, 1]);
 * ```
 */
export function promptedLayers(
  p: Tensors<DecoderParameters>,
  { tokens, guess, text, seconds }: DecoderInputs,
  config: DecoderConfig,
): DecodedLayers {
  const { memory: count, memoryWidth, patch } = config;
  const B = tokens.shape[0]!;
  const recalled = promptMlp(p.memory, text, memoryWidth);
  const memory = {
    // A prompt that says nothing is read too: something is to be read from.
    tokens: tf.add(recalled.tokens, p.places),
    mask: tf.ones([B, count]),
  };
  const cells = linear(p.input, tf.concat([tokens, guess], -1));
  let x = cells;
  // Coarse cells once they have seen each other and the prompt.
  let informed = cells;
  for (const { unfold, blocks } of Object.values(p.levels)) {
    if (unfold) x = depthToSpace(linear(unfold, x), DOUBLES);
    for (const block of Object.values(blocks)) {
      x = promptedBlock(block, x, { cells, memory });
    }
    if (!unfold) informed = x;
  }
  const out = conv3d(p.output, silu(rmsNorm(p.norm, x)));
  const signed = depthToSpace(out, [1, patch, patch]);
  const behind = tf.mul(tf.add(signed, 1), 0.5);
  const { sprite } = p;
  if (!sprite) return { behind };
  const told = promptFeatures(p.memory, text);
  const { space: cell } = enlargementOf(config);
  return {
    behind,
    sprite: {
      // What draws is not to be moved by what only looks on.
      poses: spritePoses(sprite.pose, {
        cells: withoutGradient(informed),
        gist: pooledText(text),
        seconds,
      }),
      at: (poses) =>
        drawSprite(sprite, { told, poses, shape: behind.shape, cell }),
    },
  };
}
