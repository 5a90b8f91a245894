import * as tf from "@tensorflow/tfjs-core";
import { CHANNELS, type NdArray, type Rng, zeros } from "lib/core/mod.ts";
import {
  type Block,
  conv3d,
  type Conv3dParameters,
  depthToSpace,
  initConv3d,
  silu,
  spaceToDepth,
  stack,
  type Tensors,
} from "lib/models/layers/mod.ts";
import {
  groupNorm,
  type GroupNormParameters,
  initGroupNorm,
} from "./group_norm.ts";

/**
 * A plain 3-D VAE that never changes, so that figures of different days compare;
 * `bench/torch/torch_vae.py` is the same, parameter for parameter.
 */
export interface ReferenceVaeConfig {
  /** Pixels along a side of a patch (space to depth). */
  readonly patch: number;
  /** Channels of each level; each after the first halves time and space. */
  readonly widths: readonly number[];
  readonly latentChannels: number;
  /** Groups of the norms. */
  readonly groups: number;
  readonly klWeight: number;
}

/** The measured size: 2.7 million parameters. */
export const REFERENCE_VAE: ReferenceVaeConfig = {
  patch: 4,
  widths: [32, 64, 128],
  latentChannels: 256,
  groups: 8,
  klWeight: 1e-4,
};

/** Norm, SiLU and convolution, twice, with a shortcut. */
interface ResidualParameters {
  readonly norm1: GroupNormParameters;
  readonly conv1: Conv3dParameters;
  readonly norm2: GroupNormParameters;
  readonly conv2: Conv3dParameters;
}

/** A residual block, then resampling except at the last level. */
interface LevelParameters {
  readonly block: ResidualParameters;
  readonly resample?: Conv3dParameters;
}

/** One half of the VAE. */
interface CoderParameters {
  readonly input: Conv3dParameters;
  readonly levels: Record<string, LevelParameters>;
  readonly norm: GroupNormParameters;
  readonly output: Conv3dParameters;
}

/** Parameters of the reference VAE. */
export interface ReferenceVaeParameters {
  readonly encoder: CoderParameters;
  readonly decoder: CoderParameters;
}

/** A batch: the same at every step. */
export interface ReferenceVaeBatch {
  /** `[B,T,H,W,3]` in [0,1]. */
  readonly clip: NdArray;
  /** Standard normal, `[B,t,h,w,Z]`. */
  readonly noise: NdArray;
}

/** Factors of a level: time, height and width. */
const HALVES: Block = [2, 2, 2];
const FOLD = 8;

/** Initialises a reference VAE; no weight starts at zero, so a check covers every layer. */
export function initReferenceVae(
  { patch, widths, latentChannels }: ReferenceVaeConfig,
  rng: Rng,
): ReferenceVaeParameters {
  const pixels = CHANNELS * patch ** 2;
  const last = widths.at(-1)!;
  const coder = (
    rng: Rng,
    widths: readonly number[],
    ends: Pick<CoderParameters, "input" | "output">,
    resample: (from: number, to: number) => readonly [number, number],
  ): CoderParameters => ({
    input: ends.input,
    levels: stack("level", widths.length, (place, name) => {
      const inner = rng.fork(name);
      const width = widths[place]!;
      const next = widths[place + 1];
      return {
        block: initResidual(inner, width),
        ...(next && {
          resample: initConv3d(
            inner.fork("resample"),
            1,
            ...resample(width, next),
          ),
        }),
      };
    }),
    norm: initGroupNorm(widths.at(-1)!),
    output: ends.output,
  });
  const [down, up] = [rng.fork("encoder"), rng.fork("decoder")];
  return {
    encoder: coder(down, widths, {
      input: initConv3d(down.fork("input"), 3, pixels, widths[0]!),
      output: initConv3d(down.fork("output"), 1, last, 2 * latentChannels),
    }, (from, to) => [FOLD * from, to]),
    decoder: coder(up, widths.toReversed(), {
      input: initConv3d(up.fork("input"), 1, latentChannels, last),
      output: initConv3d(up.fork("output"), 3, widths[0]!, pixels),
    }, (from, to) => [from, FOLD * to]),
  };
}

function initResidual(rng: Rng, width: number): ResidualParameters {
  return {
    norm1: initGroupNorm(width),
    conv1: initConv3d(rng.fork("conv1"), 3, width, width),
    norm2: initGroupNorm(width),
    conv2: initConv3d(rng.fork("conv2"), 3, width, width),
  };
}

/** Draws a batch of clips of uniform noise: speed does not depend on the content. */
export function referenceBatch(
  { patch, widths, latentChannels }: ReferenceVaeConfig,
  clip: readonly [frames: number, height: number, width: number],
  batch: number,
  rng: Rng,
): ReferenceVaeBatch {
  const halvings = 2 ** (widths.length - 1);
  const [T, H, W] = clip;
  const pixels = zeros([batch, T, H, W, CHANNELS]);
  for (let i = 0; i < pixels.data.length; i++) pixels.data[i] = rng.uniform();
  const side = patch * halvings;
  return {
    clip: pixels,
    noise: rng.normals([
      batch,
      T / halvings,
      H / side,
      W / side,
      latentChannels,
    ]),
  };
}

/** Mean squared error on [-1,1] and the KL divergence, weighted. */
export function referenceVaeLoss(
  p: Tensors<ReferenceVaeParameters>,
  { clip, noise }: Tensors<ReferenceVaeBatch>,
  { patch, groups, klWeight }: ReferenceVaeConfig,
): tf.Tensor {
  const pixelBlock: Block = [1, patch, patch];
  const signed = tf.sub(tf.mul(clip, 2), 1);
  const code = coder(
    p.encoder,
    spaceToDepth(signed, pixelBlock),
    groups,
    (x, resample) => conv3d(resample, spaceToDepth(x, HALVES)),
  );
  const [mean, logVariance] = tf.split(code, 2, -1) as [tf.Tensor, tf.Tensor];
  const deviation = tf.exp(tf.mul(logVariance, 0.5));
  const latent = tf.add(mean, tf.mul(deviation, noise));
  const folded = coder(
    p.decoder,
    latent,
    groups,
    (x, resample) => depthToSpace(conv3d(resample, x), HALVES),
  );
  const decoded = depthToSpace(folded, pixelBlock);
  const terms = tf.sub(
    tf.add(tf.square(mean), tf.exp(logVariance)),
    tf.add(logVariance, 1),
  );
  return tf.add(
    tf.mean(tf.square(tf.sub(decoded, signed))),
    tf.mul(tf.mean(terms), 0.5 * klWeight),
  );
}

function coder(
  p: Tensors<CoderParameters>,
  input: tf.Tensor,
  groups: number,
  resampled: (x: tf.Tensor, resample: Tensors<Conv3dParameters>) => tf.Tensor,
): tf.Tensor {
  let x = conv3d(p.input, input);
  for (const { block, resample } of Object.values(p.levels)) {
    const inner = conv3d(block.conv1, silu(groupNorm(block.norm1, x, groups)));
    const change = conv3d(
      block.conv2,
      silu(groupNorm(block.norm2, inner, groups)),
    );
    x = tf.add(x, change);
    if (resample) x = resampled(x, resample);
  }
  return conv3d(p.output, silu(groupNorm(p.norm, x, groups)));
}

/**
 * Multiplications and additions of the convolutions in a training step: each
 * forward and for both gradients, the first layer only for that of its filter.
 */
export function referenceVaeOperations(
  { patch, widths, latentChannels }: ReferenceVaeConfig,
  cells: number,
): number {
  const pixels = CHANNELS * patch ** 2;
  const last = widths.at(-1)!;
  const taps = 27;
  const at = (level: number): number => cells / FOLD ** level;
  const bottom = at(widths.length - 1);
  const first = cells * taps * pixels * widths[0]!;
  const blocks = widths.map((width, level) =>
    2 * 2 * at(level) * taps * width ** 2
  );
  const resamples = widths.slice(1).map((width, level) =>
    2 * at(level + 1) * FOLD * widths[level]! * width
  );
  const products = [
    ...blocks,
    ...resamples,
    bottom * last * 2 * latentChannels,
    bottom * latentChannels * last,
    cells * taps * widths[0]! * pixels,
  ].reduce((sum, x) => sum + x, 0);
  return 2 * (2 * first + 3 * products);
}
