import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../core/mod.ts";
import {
  type AttentionContext,
  conv3d,
  type Conv3dParameters,
  crossAttention,
  type CrossAttentionParameters,
  initConv3d,
  initCrossAttention,
  initLinear,
  initNorm,
  linear,
  type LinearParameters,
  type NormParameters,
  rmsNorm,
  silu,
  type Tensors,
} from "../layers/mod.ts";
import { spread } from "./spread.ts";

/** Each cell reads the prompt; then a residual block that coarse cells steer. */
export interface PromptedBlockParameters {
  readonly readingNorm: NormParameters;
  readonly reading: CrossAttentionParameters;
  readonly norm1: NormParameters;
  readonly conv1: Conv3dParameters;
  readonly norm2: NormParameters;
  /** `[D,2C]`: scale and shift, of a coarse cell for all fine ones within it. */
  readonly style: LinearParameters;
  readonly conv2: Conv3dParameters;
}

/** What a block is told beside the cells that it works on. */
export interface PromptedBlockOptions {
  /** Coarse cells, `[B,t,h,w,D]`. */
  readonly cells: tf.Tensor;
  /** What the prompt calls to mind, `[B,M,E]`. */
  readonly memory: AttentionContext;
}

/** Neighbours in the same frame. */
export const WITHIN_FRAME = [1, 3, 3] as const;
/** Channels of an attention head. */
const HEAD_WIDTH = 32;

/** Makes a block of `C` channels that steers by `D` and reads tokens of `E`. */
export function initPromptedBlock(
  rng: Rng,
  channels: number,
  { cellWidth, memoryWidth }: {
    readonly cellWidth: number;
    readonly memoryWidth: number;
  },
): PromptedBlockParameters {
  return {
    readingNorm: initNorm(channels),
    reading: initCrossAttention(rng.fork("reading"), channels, memoryWidth),
    norm1: initNorm(channels),
    conv1: initConv3d(rng.fork("conv1"), WITHIN_FRAME, channels, channels),
    norm2: initNorm(channels),
    style: initLinear(rng.fork("style"), cellWidth, 2 * channels, 0.5),
    conv2: initConv3d(rng.fork("conv2"), WITHIN_FRAME, channels, channels, 0),
  };
}

/**
 * `[B,T,H,W,C] -> [B,T,H,W,C]`: cross-attention to the prompt, then norm, SiLU
 * and convolution, twice, the second norm scaled and shifted by coarse cells
 * (as in Park et al. 2019, arXiv 1903.07291), both around shortcuts.
 */
export function promptedBlock(
  p: Tensors<PromptedBlockParameters>,
  given: tf.Tensor,
  { cells, memory }: PromptedBlockOptions,
): tf.Tensor {
  const { shape } = given;
  const [B, T, H, W, C] = shape as [number, number, number, number, number];
  const asking = tf.reshape(rmsNorm(p.readingNorm, given), [B, T * H * W, C]);
  const read = crossAttention(p.reading, asking, memory, {
    heads: C / HEAD_WIDTH,
  });
  const x = tf.add(given, tf.reshape(read, shape));
  const inner = conv3d(p.conv1, silu(rmsNorm(p.norm1, x)));
  const [scale, shift] = tf.split(linear(p.style, cells), 2, -1) as [
    tf.Tensor,
    tf.Tensor,
  ];
  const steered = tf.add(
    tf.mul(rmsNorm(p.norm2, inner), tf.add(spread(scale, shape), 1)),
    spread(shift, shape),
  );
  return tf.add(x, conv3d(p.conv2, silu(steered)));
}
