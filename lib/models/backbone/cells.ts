import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../core/mod.ts";
import {
  initLinear,
  linear,
  type LinearParameters,
  silu,
  stack,
  type Tensors,
} from "../layers/mod.ts";
import {
  CNN_MODULATIONS,
  type CnnBlockParameters,
  initCnnBlock,
} from "./cnn_block.ts";
import type { BackboneConfig } from "./config.ts";
import { modulatedNorm } from "./modulation.ts";

/**
 * CNN blocks on the grid of latent cells, around the blocks on tokens. A
 * convolution draws a thing alike wherever it lies within a token, and what the
 * first blocks see reaches the last ones beside the tokens, as in a U-Net
 * (Ronneberger et al. 2015, arXiv 1505.04597; on a Transformer: Crowson et al.
 * 2024, arXiv 2401.11605).
 */
export interface CellParameters {
  /** `[Z,F]`: latent channels to those of a cell. */
  readonly input: LinearParameters;
  /** `[D,5F]`: modulation that the blocks share, then shift and scale before the output. */
  readonly modulation: LinearParameters;
  readonly before: Record<string, CnnBlockParameters>;
  readonly after: Record<string, CnnBlockParameters>;
  /** `[F,Z]`. */
  readonly output: LinearParameters;
}

/** Shift and scale before the output. */
const FINAL_MODULATIONS = 2;

/** Makes the blocks; the output starts at zero. */
export function initCells(
  { width, layers, cnnWidth }: NonNullable<BackboneConfig["cells"]>,
  { latentChannels, conditionWidth }: {
    readonly latentChannels: number;
    readonly conditionWidth: number;
  },
  rng: Rng,
): CellParameters {
  const blocks = (rng: Rng) =>
    stack(
      "block",
      layers,
      (_, name) => initCnnBlock(rng.fork(name), width, cnnWidth),
    );
  return {
    input: initLinear(rng.fork("input"), latentChannels, width),
    modulation: initLinear(
      rng.fork("modulation"),
      conditionWidth,
      (CNN_MODULATIONS + FINAL_MODULATIONS) * width,
      0,
    ),
    before: blocks(rng.fork("before")),
    after: blocks(rng.fork("after")),
    output: initLinear(rng.fork("output"), width, latentChannels, 0),
  };
}

/**
 * The latent through the cells and, in between, the tokens:
 * `[B,t,h,w,Z] -> [B,t,h,w,Z]`.
 *
 * @param options.condition Of timestep and prompt, `[B,D]`.
 * @param options.convolve Runs a CNN block on the grid of the latent.
 * @param options.tokens From the features of cells to what is added to them, `[B,t,h,w,F]` both.
 */
export function throughCells(
  p: Tensors<CellParameters>,
  latent: tf.Tensor,
  { condition, convolve, tokens }: {
    readonly condition: tf.Tensor;
    readonly convolve: (
      block: Tensors<CnnBlockParameters>,
      inputs: { readonly x: tf.Tensor; readonly shared: tf.Tensor },
    ) => tf.Tensor;
    readonly tokens: (features: tf.Tensor) => tf.Tensor;
  },
): tf.Tensor {
  const [B, frames, height, width] = latent.shape as [
    number,
    number,
    number,
    number,
  ];
  const N = frames * height * width;
  const F = p.input.weight.shape[1]!;
  const vectors = tf.reshape(
    linear(p.modulation, silu(condition)),
    [B, CNN_MODULATIONS + FINAL_MODULATIONS, F],
  );
  const [shared, final] = tf.split(
    vectors,
    [CNN_MODULATIONS, FINAL_MODULATIONS],
    1,
  ) as [tf.Tensor, tf.Tensor];
  const through = (blocks: Tensors<CellParameters>["before"], x: tf.Tensor) =>
    Object.values(blocks).reduce(
      (x, block) => convolve(block, { x, shared }),
      x,
    );
  const seen = through(p.before, linear(p.input, rows(latent, N)));
  const added = tokens(tf.reshape(seen, [B, frames, height, width, F]));
  const y = through(p.after, tf.add(seen, rows(added, N)));
  const [shift, scale] = tf.split(final, FINAL_MODULATIONS, 1) as [
    tf.Tensor,
    tf.Tensor,
  ];
  return tf.reshape(
    linear(p.output, modulatedNorm(y, shift, scale)),
    latent.shape,
  );
}

/** `[B,t,h,w,C] -> [B,N,C]`. */
function rows(x: tf.Tensor, N: number): tf.Tensor {
  return tf.reshape(x, [x.shape[0]!, N, x.shape.at(-1)!]);
}
