import * as tf from "@tensorflow/tfjs-core";
import { CHANNELS, type NdArray, type Rng, sizeOf } from "../../core/mod.ts";
import {
  type Block,
  type BlockOptions,
  conv3d,
  type Conv3dParameters,
  depthToSpace,
  initConv3d,
  initLinear,
  initNorm,
  linear,
  type LinearParameters,
  type NormParameters,
  rmsNorm,
  silu,
  spaceToDepth,
  stack,
  type Tensors,
} from "../layers/mod.ts";
import { initKlWeightLogit } from "./beta.ts";
import { strideOf, type VaeConfig, type VaeFolds } from "./config.ts";
import {
  initResidualBlock,
  residualBlock,
  type ResidualBlockParameters,
} from "./residual_block.ts";
import {
  initTemporalAttention,
  temporalAttention,
  type TemporalAttentionParameters,
} from "./temporal_attention.ts";

/** A level of encoder or decoder: its blocks, and the way to the next one. */
interface LevelParameters {
  readonly blocks: Record<string, ResidualBlockParameters>;
  /** The 1x1x1 convolution after folding or before unfolding, but for the last level. */
  readonly resample?: Conv3dParameters;
}

/** Parameters of an encoder or a decoder. */
interface CoderParameters {
  readonly input: Conv3dParameters;
  readonly levels: Record<string, LevelParameters>;
  readonly temporal: TemporalAttentionParameters;
  readonly norm: NormParameters;
  readonly output: Conv3dParameters;
  /** `[P,Z]`, or `[Z,P]` in the decoder, for the P values of a cell's pixels. */
  readonly shortcut?: LinearParameters;
}

/** Parameters of a VideoVAE. */
export interface VaeParameters {
  readonly encoder: CoderParameters;
  readonly decoder: CoderParameters;
  /** A scalar: the weight of the KL divergence on a logit scale, see {@link betaOf}. */
  readonly klWeightLogit: NdArray;
}

/** The block that a level folds: time, height and width. */
const HALVES: Block = [2, 2, 2];
/** Cells in such a block. */
const FOLD = 8;

/**
 * Makes a VideoVAE. With shortcuts, the convolutions start at zero beside them.
 */
export function initVae(config: VaeConfig, rng: Rng): VaeParameters {
  const { widths, latentChannels, shortcut } = config;
  const pixels = CHANNELS * sizeOf(firstBlockOf(config));
  const cell = CHANNELS * sizeOf(blockOf(config));
  const [first, last] = [widths[0]!, widths.at(-1)!];
  const encoder = rng.fork("encoder");
  const decoder = rng.fork("decoder");
  return {
    encoder: {
      input: initConv3d(encoder.fork("input"), 3, pixels, first),
      levels: stack("level", widths.length, (level, name) => {
        const [width, next] = [widths[level]!, widths[level + 1]];
        return initLevel(encoder.fork(name), config.blocks, width, {
          from: FOLD * width,
          to: next,
        });
      }),
      temporal: initTemporalAttention(encoder.fork("temporal"), last),
      norm: initNorm(last),
      output: initConv3d(
        encoder.fork("output"),
        1,
        last,
        2 * latentChannels,
        shortcut ? 0 : 1,
      ),
      ...(shortcut && {
        shortcut: initLinear(encoder.fork("shortcut"), cell, latentChannels),
      }),
    },
    decoder: {
      input: initConv3d(decoder.fork("input"), 1, latentChannels, last),
      levels: stack("level", widths.length, (place, name) => {
        const level = widths.length - 1 - place;
        const [width, next] = [widths[level]!, widths[level - 1]];
        return initLevel(decoder.fork(name), config.blocks, width, {
          from: width,
          to: next && FOLD * next,
        });
      }),
      temporal: initTemporalAttention(decoder.fork("temporal"), last),
      norm: initNorm(first),
      output: initConv3d(decoder.fork("output"), 3, first, pixels, 0.1),
      ...(shortcut && {
        shortcut: initLinear(decoder.fork("shortcut"), latentChannels, cell, 0),
      }),
    },
    klWeightLogit: initKlWeightLogit(config.beta),
  };
}

/** @param resample Its channels; none where `to` is undefined. */
function initLevel(
  rng: Rng,
  blocks: number,
  width: number,
  { from, to }: { readonly from: number; readonly to: number | undefined },
): LevelParameters {
  return {
    blocks: stack(
      "block",
      blocks,
      (_, name) => initResidualBlock(rng.fork(name), width),
    ),
    ...(to !== undefined && {
      resample: initConv3d(rng.fork("resample"), 1, from, to),
    }),
  };
}

/** The frames, rows and columns of pixels that the first layer folds. */
function firstBlockOf(
  { patch, framePatch = 1 }: Pick<VaeConfig, "patch" | "framePatch">,
): Block {
  return [framePatch, patch, patch];
}

/**
 * The frames, rows and columns of pixels that a latent cell covers.
 *
 * @example
 * ```ts
 * import { blockOf } from "lib/models/vae/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(blockOf({ patch: 4, widths: [8, 16, 32] }), [4, 16, 16]);
 * ```
 */
export function blockOf(config: VaeFolds): Block {
  const { time, space } = strideOf(config);
  return [time, space, space];
}

/** The posterior of latents: a normal distribution of each number, `[B,t,h,w,Z]`. */
export interface LatentDistribution {
  readonly mean: tf.Tensor;
  /** Natural logarithm of the variance, in [-30, 20]. */
  readonly logVariance: tf.Tensor;
}

/**
 * Encodes clips: `[B,T,H,W,3]` in [0,1] `->` the posterior of their latents
 * (Kingma & Welling 2013, arXiv 1312.6114).
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { tensorsOf } from "lib/compiler/mod.ts";
 * import { encode, initVae } from "lib/models/vae/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * const config = PRESETS.tiny.vae;
 * const vae = tensorsOf(initVae(config, new Rng(0)));
 * const { mean } = encode(vae, tf.zeros([1, 4, 16, 32, 3]), config);
 * assert.deepEqual(mean.shape, [1, 1, 1, 2, 8]);
 * ```
 */
export function encode(
  { encoder: p }: Tensors<VaeParameters>,
  clip: tf.Tensor,
  config: VaeFolds & Pick<VaeConfig, "heads" | "attentionWindow">,
  options: BlockOptions = {},
): LatentDistribution {
  const { residual, attend } = blocksOf(config, options);
  const signed = tf.sub(tf.mul(clip, 2), 1);
  let x = conv3d(p.input, spaceToDepth(signed, firstBlockOf(config)));
  for (const level of Object.values(p.levels)) {
    for (const block of Object.values(level.blocks)) x = residual(block, { x });
    if (level.resample) x = conv3d(level.resample, spaceToDepth(x, HALVES));
  }
  x = attend(p.temporal, { x });
  const out = conv3d(p.output, silu(rmsNorm(p.norm, x)));
  const [mean, logVariance] = tf.split(out, 2, -1) as [tf.Tensor, tf.Tensor];
  return {
    mean: p.shortcut
      ? tf.add(mean, linear(p.shortcut, spaceToDepth(signed, blockOf(config))))
      : mean,
    logVariance: tf.clipByValue(logVariance, -30, 20),
  };
}

/**
 * Decodes latents: `[B,t,h,w,Z] -> [B,T,H,W,3]`, around [0,1] and not clipped to
 * it.
 *
 * @example
 * ```ts
 * import "lib/compiler/eager.ts";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { tensorsOf } from "lib/compiler/mod.ts";
 * import { decode, initVae } from "lib/models/vae/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * const config = PRESETS.tiny.vae;
 * const vae = tensorsOf(initVae(config, new Rng(0)));
 * const clip = decode(vae, tf.zeros([1, 1, 1, 2, 8]), config);
 * assert.deepEqual(clip.shape, [1, 4, 16, 32, 3]);
 * ```
 */
export function decode(
  { decoder: p }: Tensors<VaeParameters>,
  latent: tf.Tensor,
  config: VaeFolds & Pick<VaeConfig, "heads" | "attentionWindow">,
  options: BlockOptions = {},
): tf.Tensor {
  const { residual, attend } = blocksOf(config, options);
  let x = attend(p.temporal, { x: conv3d(p.input, latent) });
  for (const level of Object.values(p.levels)) {
    for (const block of Object.values(level.blocks)) x = residual(block, { x });
    if (level.resample) x = depthToSpace(conv3d(level.resample, x), HALVES);
  }
  const out = conv3d(p.output, silu(rmsNorm(p.norm, x)));
  const learned = depthToSpace(out, firstBlockOf(config));
  const signed = p.shortcut
    ? tf.add(
      learned,
      depthToSpace(linear(p.shortcut, latent), blockOf(config)),
    )
    : learned;
  return tf.mul(tf.add(signed, 1), 0.5);
}

/** The blocks of encoder and decoder. */
function blocksOf(
  config: Pick<VaeConfig, "heads" | "attentionWindow">,
  { remat = (block) => block }: BlockOptions,
) {
  type Activations = { readonly x: tf.Tensor };
  return {
    residual: remat((
      p: Tensors<ResidualBlockParameters>,
      { x }: Activations,
    ) => residualBlock(p, x)),
    attend: remat((
      p: Tensors<TemporalAttentionParameters>,
      { x }: Activations,
    ) => temporalAttention(p, x, config)),
  };
}

/**
 * Samples a latent: `mean + std * noise`, and a disturbance on top where there is
 * one.
 *
 * @param noise Standard normal, of the same shape, as the disturbance is.
 */
export function sampleLatent(
  { mean, logVariance }: LatentDistribution,
  noise: tf.Tensor,
  disturbance?: tf.Tensor,
): tf.Tensor {
  const sample = tf.add(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise));
  return disturbance ? tf.add(sample, disturbance) : sample;
}
