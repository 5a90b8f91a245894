import * as tf from "@tensorflow/tfjs-core";
import type { Rng } from "../../core/mod.ts";
import {
  conv3d,
  type Conv3dParameters,
  initConv3d,
  initNorm,
  type NormParameters,
  rmsNorm,
  silu,
  type Tensors,
} from "../layers/mod.ts";

/** Norm, SiLU and convolution, twice, beside a skip connection. */
export interface ResidualBlockParameters {
  readonly norm1: NormParameters;
  readonly conv1: Conv3dParameters;
  readonly norm2: NormParameters;
  readonly conv2: Conv3dParameters;
}

/** Makes a block that starts as the identity. */
export function initResidualBlock(
  rng: Rng,
  channels: number,
): ResidualBlockParameters {
  return {
    norm1: initNorm(channels),
    conv1: initConv3d(rng.fork("conv1"), 3, channels, channels),
    norm2: initNorm(channels),
    conv2: initConv3d(rng.fork("conv2"), 3, channels, channels, 0),
  };
}

/** `[B,T,H,W,C] -> [B,T,H,W,C]` (He et al. 2016, arXiv 1603.05027). */
export function residualBlock(
  p: Tensors<ResidualBlockParameters>,
  x: tf.Tensor,
): tf.Tensor {
  const inner = conv3d(p.conv1, silu(rmsNorm(p.norm1, x)));
  return tf.add(x, conv3d(p.conv2, silu(rmsNorm(p.norm2, inner))));
}
