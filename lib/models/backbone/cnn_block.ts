import * as tf from "@tensorflow/tfjs-core";
import { type NdArray, type Rng, zeros } from "../../core/mod.ts";
import {
  conv3d,
  type Conv3dParameters,
  initConv3d,
  initLinear,
  layerNorm,
  linear,
  type LinearParameters,
  silu,
  type Tensors,
} from "../layers/mod.ts";
import type { GridSize } from "../vae/config.ts";
import { modulate, modulationOf } from "./modulation.ts";

/** A convolution over neighbours in time and space, in a bottleneck. */
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

/** Vectors by which the timestep steers this block. */
export const CNN_MODULATIONS = 3;

/** Makes a CNN block of width `D` and bottleneck `K`. */
export function initCnnBlock(
  rng: Rng,
  width: number,
  inner: number,
): CnnBlockParameters {
  return {
    modulation: zeros([CNN_MODULATIONS, width]),
    down: initLinear(rng.fork("down"), width, inner),
    conv: initConv3d(rng.fork("conv"), 3, inner, inner),
    up: initLinear(rng.fork("up"), inner, width),
  };
}

/** `[B,N,D] -> [B,N,D]`, tokens being the cells of a latent grid. */
export function cnnBlock(
  p: Tensors<CnnBlockParameters>,
  x: tf.Tensor,
  options: { readonly shared: tf.Tensor; readonly grid: GridSize },
): tf.Tensor {
  const { frames, height, width } = options.grid;
  const [B, N] = x.shape as [number, number, number];
  const [shift, scale, gate] = modulationOf(
    p.modulation,
    tf.slice(options.shared, [0, 0, 0], [-1, CNN_MODULATIONS, -1]),
  ) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const small = silu(linear(p.down, modulate(layerNorm(x), scale, shift)));
  const inner = small.shape[2]!;
  const grid = tf.reshape(small, [B, frames, height, width, inner]);
  const mixed = silu(conv3d(p.conv, grid));
  const moved = linear(p.up, tf.reshape(mixed, [B, N, inner]));
  return tf.add(x, tf.mul(moved, gate));
}
