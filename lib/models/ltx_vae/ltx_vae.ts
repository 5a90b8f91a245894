import * as tf from "@tensorflow/tfjs-core";
import { CHANNELS, type NdArray, type Rng } from "../../core/mod.ts";
import {
  type Conv3dParameters,
  depthToSpace,
  initConv3d,
  initNorm,
  type NormParameters,
  silu,
  spaceToDepth,
  stack,
  type Tensors,
} from "../layers/mod.ts";
import type { LatentDistribution } from "../vae/mod.ts";
import type { LtxCoderConfig, LtxVaeConfig } from "./config.ts";

/** Two convolutions beside a skip connection, which widens where channels differ. */
interface LtxBlockParameters {
  readonly conv1: Conv3dParameters;
  readonly conv2: Conv3dParameters;
  readonly norm?: NormParameters & { readonly bias: NdArray };
  readonly shortcut?: Conv3dParameters;
}

/** Residual blocks, the way to half or twice the size, and to other channels. */
interface LtxLevelParameters {
  readonly blocks: Record<string, LtxBlockParameters>;
  readonly resample?: Conv3dParameters;
  readonly widen?: LtxBlockParameters;
}

/** Parameters of an encoder or a decoder. */
interface LtxCoderParameters {
  readonly input: Conv3dParameters;
  readonly levels: Record<string, LtxLevelParameters>;
  readonly middle: Record<string, LtxBlockParameters>;
  readonly output: Conv3dParameters;
}

/** Parameters of the VAE of LTX-Video. */
export interface LtxVaeParameters {
  readonly encoder: LtxCoderParameters;
  readonly decoder: LtxCoderParameters;
}

/** Cells that a level folds: two in time, height and width. */
const FOLD = 8;
/** Of the norms without parameters. */
const EPSILON = 1e-8;

/** Makes the VAE, for its names and shapes or for training. */
export function initLtxVae(config: LtxVaeConfig, rng: Rng): LtxVaeParameters {
  const { latentChannels: Z, patch, encoder, decoder } = config;
  const pixels = CHANNELS * patch ** 2;
  const down = [...encoder.widths, encoder.widths.at(-1)!];
  const up = decoder.widths.toReversed();
  const layers = decoder.layers.toReversed();
  const scaling = decoder.scaling.toReversed();
  const [own, other] = [rng.fork("encoder"), rng.fork("decoder")];
  return {
    encoder: {
      input: initConv3d(own.fork("input"), 3, pixels, down[0]!),
      levels: stack("level", encoder.widths.length, (i, name) => {
        const level = own.fork(name);
        const [from, to] = [down[i]!, down[i + 1]!];
        return {
          blocks: initBlocks(level, encoder.layers[i]!, from),
          ...(encoder.scaling[i] && {
            resample: initConv3d(level.fork("resample"), 3, from, from),
          }),
          ...(from !== to &&
            { widen: initBlock(level.fork("widen"), from, to) }),
        };
      }),
      middle: initBlocks(
        own.fork("middle"),
        encoder.layers.at(-1)!,
        down.at(-1)!,
      ),
      output: initConv3d(own.fork("output"), 3, down.at(-1)!, Z + 1),
    },
    decoder: {
      input: initConv3d(other.fork("input"), 3, Z, up[0]!),
      middle: initBlocks(other.fork("middle"), layers[0]!, up[0]!),
      levels: stack("level", up.length, (i, name) => {
        const level = other.fork(name);
        const [from, to] = [up[Math.max(0, i - 1)]!, up[i]!];
        return {
          ...(from !== to &&
            { widen: initBlock(level.fork("widen"), from, to) }),
          ...(scaling[i] && {
            resample: initConv3d(level.fork("resample"), 3, to, FOLD * to),
          }),
          blocks: initBlocks(level, layers[i + 1]!, to),
        };
      }),
      output: initConv3d(other.fork("output"), 3, up.at(-1)!, pixels),
    },
  };
}

function initBlocks(
  rng: Rng,
  count: number,
  width: number,
): Record<string, LtxBlockParameters> {
  return stack(
    "block",
    count,
    (_, name) => initBlock(rng.fork(name), width, width),
  );
}

function initBlock(rng: Rng, from: number, to: number): LtxBlockParameters {
  return {
    conv1: initConv3d(rng.fork("conv1"), 3, from, to),
    conv2: initConv3d(rng.fork("conv2"), 3, to, to),
    ...(from !== to && {
      norm: {
        ...initNorm(from),
        bias: { dtype: "float32", shape: [from], data: new Float32Array(from) },
      },
      shortcut: initConv3d(rng.fork("shortcut"), 1, from, to),
    }),
  };
}

/**
 * Encodes clips as LTX-Video does: `[B,1+8k,H,W,3]` in [0,1] `->` the posterior
 * of their latents `[B,1+k,H/32,W/32,Z]`, whose variance is one for all channels
 * (HaCohen et al. 2025, LTX-Video, arXiv 2501.00103; the layers are those of the
 * public weights).
 */
export function ltxEncode(
  { encoder: p }: Tensors<LtxVaeParameters>,
  clip: tf.Tensor,
  { patch, epsilon, encoder: { causal } }: LtxVaeConfig,
): LatentDistribution {
  const signed = tf.sub(tf.mul(clip, 2), 1);
  const folded = swapPatch(spaceToDepth(signed, [1, patch, patch]), patch);
  let x = convolve(p.input, folded, { causal });
  for (const { blocks, resample, widen } of Object.values(p.levels)) {
    x = residuals(blocks, x, { causal, epsilon });
    if (resample) x = convolve(resample, x, { causal, stride: 2 });
    if (widen) x = residual(widen, x, { causal, epsilon });
  }
  x = residuals(p.middle, x, { causal, epsilon });
  const out = convolve(p.output, silu(pixelNorm(x)), { causal });
  const Z = out.shape.at(-1)! - 1;
  const [mean, logVariance] = tf.split(out, [Z, 1], -1) as [
    tf.Tensor,
    tf.Tensor,
  ];
  return {
    mean,
    logVariance: tf.clipByValue(tf.tile(logVariance, [1, 1, 1, 1, Z]), -30, 20),
  };
}

/**
 * Decodes latents as LTX-Video does: `[B,1+k,h,w,Z] -> [B,1+8k,32h,32w,3]`,
 * around [0,1] and not clipped to it.
 */
export function ltxDecode(
  { decoder: p }: Tensors<LtxVaeParameters>,
  latent: tf.Tensor,
  { patch, epsilon, decoder: { causal } }: LtxVaeConfig,
): tf.Tensor {
  let x = convolve(p.input, latent, { causal });
  x = residuals(p.middle, x, { causal, epsilon });
  for (const { blocks, resample, widen } of Object.values(p.levels)) {
    if (widen) x = residual(widen, x, { causal, epsilon });
    if (resample) x = doubled(convolve(resample, x, { causal }));
    x = residuals(blocks, x, { causal, epsilon });
  }
  const out = convolve(p.output, silu(pixelNorm(x)), { causal });
  const signed = depthToSpace(swapPatch(out, patch, true), [1, patch, patch]);
  return tf.mul(tf.add(signed, 1), 0.5);
}

type Five = [number, number, number, number, number];

/** How a layer treats time, and its norms. */
interface BlockOptions {
  readonly causal: LtxCoderConfig["causal"];
  readonly epsilon: number;
}

/**
 * A 3-D convolution that repeats the first frame, and without `causal` the last
 * one, in place of zeros in time: the first frame of a clip is a picture of its
 * own.
 */
function convolve(
  { weight, bias }: Tensors<Conv3dParameters>,
  x: tf.Tensor,
  { causal, stride = 1 }: { readonly causal: boolean; readonly stride?: 1 | 2 },
): tf.Tensor {
  const [size] = weight.shape as Five;
  const T = x.shape[1]!;
  const frame = (at: number, times: number): tf.Tensor[] =>
    times === 0 ? [] : [
      tf.tile(tf.slice(x, [0, at, 0, 0, 0], [-1, 1, -1, -1, -1]), [
        ...[1, times, 1, 1, 1],
      ]),
    ];
  const beside = (size - 1) / 2;
  const long = size === 1 ? x : tf.concat([
    ...frame(0, causal ? size - 1 : beside),
    x,
    ...frame(T - 1, causal ? 0 : beside),
  ], 1);
  const edge: [number, number] = [beside, beside];
  const padded = size === 1
    ? long
    : tf.pad(long, [[0, 0], [0, 0], edge, edge, [0, 0]]);
  return tf.add(
    tf.conv3d(
      padded as tf.Tensor5D,
      weight as tf.Tensor5D,
      stride,
      "valid",
    ),
    bias,
  );
}

function residuals(
  blocks: Tensors<Record<string, LtxBlockParameters>>,
  x: tf.Tensor,
  options: BlockOptions,
): tf.Tensor {
  return Object.values(blocks).reduce((x, p) => residual(p, x, options), x);
}

function residual(
  p: Tensors<LtxBlockParameters>,
  x: tf.Tensor,
  { causal, epsilon }: BlockOptions,
): tf.Tensor {
  const inner = convolve(p.conv1, silu(pixelNorm(x)), { causal });
  const y = convolve(p.conv2, silu(pixelNorm(inner)), { causal });
  if (!p.shortcut || !p.norm) return tf.add(x, y);
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const normed = tf.add(
    tf.mul(pixelNorm(centred, epsilon), p.norm.scale),
    p.norm.bias,
  );
  return tf.add(convolve(p.shortcut, normed, { causal }), y);
}

/** Divides each cell by its root mean square over the channels. */
function pixelNorm(x: tf.Tensor, epsilon = EPSILON): tf.Tensor {
  const squares = tf.mean(tf.square(x), -1, true);
  return tf.mul(x, tf.rsqrt(tf.add(squares, epsilon)));
}

/**
 * Twice the frames, rows and columns, without the first frame: that of the first
 * cell stays alone.
 */
function doubled(x: tf.Tensor): tf.Tensor {
  const [B, T, H, W, D] = x.shape as Five;
  const C = D / FOLD;
  const cells = tf.transpose(tf.reshape(x, [B * T * H * W, C, FOLD]), [
    0,
    2,
    1,
  ]);
  const all = depthToSpace(tf.reshape(cells, [B, T, H, W, D]), [2, 2, 2]);
  return tf.slice(all, [0, 1, 0, 0, 0], [-1, -1, -1, -1, -1]);
}

/**
 * Channels of a patch from our order, rows, columns and colours, to that of
 * LTX-Video, colours, columns and rows; or back.
 */
function swapPatch(x: tf.Tensor, patch: number, back = false): tf.Tensor {
  const [B, T, H, W, D] = x.shape as Five;
  const sides = back
    ? [B * T * H * W, CHANNELS, patch, patch]
    : [B * T * H * W, patch, patch, CHANNELS];
  const swapped = tf.transpose(tf.reshape(x, sides), [0, 3, 2, 1]);
  return tf.reshape(swapped, [B, T, H, W, D]);
}
