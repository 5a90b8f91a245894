import * as tf from "@tensorflow/tfjs-core";
import { type NdArray, type Rng, zeros } from "../../core/mod.ts";
import {
  conv3d,
  type Conv3dParameters,
  initConv3d,
  initLinear,
  linear,
  type LinearParameters,
  silu,
  type Tensors,
} from "../layers/mod.ts";
import type { GridSize } from "../vae/config.ts";
import { modulatedResidual, modulationOf } from "./modulation.ts";

/** A bottleneck block with a 3-D convolution. */
export interface CnnBlockParameters {
  /** `[3,D]`: shift, scale and gate. */
  readonly modulation: NdArray;
  /** `[D,K]`. */
  readonly down: LinearParameters;
  /** `[3,3,3,K,K]`. */
  readonly conv: Conv3dParameters;
  /** `[K,D]`. */
  readonly up: LinearParameters;
}

/** Modulation vectors of the block. */
export const CNN_MODULATIONS = 3;

/** Makes a CNN block of width `D` and bottleneck `K`. */
export function initCnnBlock(
  rng: Rng,
  width: number,
  bottleneck: number,
): CnnBlockParameters {
  return {
    modulation: zeros([CNN_MODULATIONS, width]),
    down: initLinear(rng.fork("down"), width, bottleneck),
    conv: initConv3d(rng.fork("conv"), 3, bottleneck, bottleneck),
    up: initLinear(rng.fork("up"), bottleneck, width),
  };
}

/**
 * `[B,N,D] -> [B,N,D]`, tokens being the cells of a latent grid.
 *
 * @param options.shared Modulation that all blocks share, `[B,6,D]`: the first
 *   three.
 */
export function cnnBlock(
  p: Tensors<CnnBlockParameters>,
  x: tf.Tensor,
  { shared, grid }: { readonly shared: tf.Tensor; readonly grid: GridSize },
): tf.Tensor {
  const { frames, height, width } = grid;
  const [B, N] = x.shape as [number, number, number];
  const vectors = modulationOf(
    p.modulation,
    tf.slice(shared, [0, 0, 0], [-1, CNN_MODULATIONS, -1]),
  );
  return modulatedResidual(x, vectors, (x) => {
    const narrow = silu(linear(p.down, x));
    const K = narrow.shape[2]!;
    const cells = tf.reshape(narrow, [B, frames, height, width, K]);
    const mixed = silu(conv3d(p.conv, cells));
    return linear(p.up, tf.reshape(mixed, [B, N, K]));
  });
}
