import * as tf from "@tensorflow/tfjs-core";
import { type NdArray, type Rng, zeros } from "../../core/mod.ts";
import { normal, type Tensors } from "./parameters.ts";

/** A 3-D convolution. */
export interface Conv3dParameters {
  /** `[kT,kH,kW,in,out]`. */
  readonly weight: NdArray;
  /** `[out]`. */
  readonly bias: NdArray;
}

/**
 * Makes a convolution with a cubic window: weights of deviation
 * `gain / sqrt(in * size^3)`, bias zero.
 */
export function initConv3d(
  rng: Rng,
  size: 1 | 3,
  from: number,
  to: number,
  gain = 1,
): Conv3dParameters {
  const fanIn = from * size ** 3;
  return {
    weight: normal(
      rng,
      [size, size, size, from, to],
      gain / Math.sqrt(fanIn),
    ),
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
