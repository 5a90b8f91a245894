import * as tf from "@tensorflow/tfjs-core";
import { type NdArray, type Rng, sizeOf, zeros } from "../../core/mod.ts";
import { normal, type Tensors } from "./parameters.ts";

/** A 3-D convolution. */
export interface Conv3dParameters {
  /** `[kT,kH,kW,in,out]`. */
  readonly weight: NdArray;
  /** `[out]`. */
  readonly bias: NdArray;
}

/** Cells along a window: one number for a cube, or time, height and width. */
export type WindowSize = 1 | 3 | readonly [1 | 3, 1 | 3, 1 | 3];

/**
 * Makes a convolution: weights of deviation `gain / sqrt(in * cells of the
 * window)`, bias zero.
 */
export function initConv3d(
  rng: Rng,
  size: WindowSize,
  from: number,
  to: number,
  gain = 1,
): Conv3dParameters {
  const window = typeof size === "number" ? [size, size, size] : size;
  const fanIn = from * sizeOf(window);
  return {
    weight: normal(rng, [...window, from, to], gain / Math.sqrt(fanIn)),
    bias: zeros([to]),
  };
}

/** Convolves with stride 1, zeros outside: `[B,T,H,W,in] -> [B,T,H,W,out]`. */
export function conv3d(
  { weight, bias }: Tensors<Conv3dParameters>,
  x: tf.Tensor,
): tf.Tensor {
  const product = tf.conv3d(
    x as tf.Tensor5D,
    weight as tf.Tensor5D,
    1,
    "same",
  );
  return tf.add(product, bias);
}
