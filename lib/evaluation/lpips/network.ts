import * as tf from "@tensorflow/tfjs-core";
import type { NdArray } from "../../core/mod.ts";
import type { Tensors } from "../../models/layers/mod.ts";
import type { ConvolutionParameters } from "../_weights_file.ts";
import { channelDifference } from "../feature_network.ts";
import {
  type Trunk,
  TRUNK_SLICES,
  type TrunkConvolution,
} from "./architecture.ts";

/** A trunk and the heads trained for it. */
export interface LpipsParameters {
  /** By torchvision's names. */
  readonly trunk: Readonly<Record<string, ConvolutionParameters>>;
  /** `lin0`, `lin1` ...: how much each channel counts, `[C]`. */
  readonly heads: Readonly<Record<string, NdArray>>;
}

/** Mean and standard deviation of ImageNet's colours, for values in [-1,1]. */
const SHIFT = [-0.03, -0.088, -0.188];
const SCALE = [0.458, 0.448, 0.45];

/**
 * LPIPS v0.1 of pairs of pictures (Zhang et al. 2018, arXiv 1801.03924):
 * `[N,H,W,3]` twice, in [-1,1], `-> [N]`; 0 for equal pictures.
 */
export function lpips(
  { trunk, heads }: Tensors<LpipsParameters>,
  a: tf.Tensor,
  b: tf.Tensor,
  name: Trunk,
): tf.Tensor {
  const N = a.shape[0]!;
  const both = tf.div(
    tf.sub(tf.concat([a, b]), tf.tensor1d(SHIFT)),
    tf.tensor1d(SCALE),
  );
  const distances = tapsOf(trunk, both, name).map((features, i) => {
    const squares = tf.square(channelDifference(features)); // [N,h,w,C]
    const weighted = tf.sum(tf.mul(squares, heads[`lin${i}`]!), -1);
    return tf.mean(tf.reshape(weighted, [N, -1]), 1);
  });
  return tf.addN(distances);
}

/** The layers that are compared, `[N,h,w,C]` each. */
function tapsOf(
  parameters: Tensors<LpipsParameters["trunk"]>,
  pictures: tf.Tensor,
  name: Trunk,
): tf.Tensor[] {
  let x = pictures;
  return TRUNK_SLICES[name].map((slice) => {
    for (const step of slice) {
      if ("pool" in step) x = pool(x, step.pool, step.ceil);
      else if ("convolution" in step) {
        x = convolve(parameters, step.convolution, x);
      } else {
        const narrow = convolve(parameters, step.squeeze, x);
        x = tf.concat(
          step.expand.map((part) => convolve(parameters, part, narrow)),
          -1,
        );
      }
    }
    return x;
  });
}

function convolve(
  parameters: Tensors<LpipsParameters["trunk"]>,
  { name, stride, pad }: TrunkConvolution,
  x: tf.Tensor,
): tf.Tensor {
  const { weight, bias } = parameters[name]!;
  const padded = pad === 0
    ? x
    : tf.pad(x, [[0, 0], [pad, pad], [pad, pad], [0, 0]]);
  const product = tf.conv2d(
    padded as tf.Tensor4D,
    weight as tf.Tensor4D,
    stride,
    "valid",
  );
  return tf.relu(tf.add(product, bias));
}

/** Zeros at the far sides make room for windows that stick out: nothing here is negative. */
function pool(x: tf.Tensor, window: 2 | 3, ceil: boolean): tf.Tensor {
  const [, H, W] = x.shape as [number, number, number, number];
  const missing = (size: number): number => {
    const places = Math.ceil((size - window) / 2) + 1;
    return Math.max(0, (places - 1) * 2 + window - size);
  };
  const [down, across] = ceil ? [missing(H), missing(W)] : [0, 0];
  const padded = down + across === 0
    ? x
    : tf.pad(x, [[0, 0], [0, down], [0, across], [0, 0]]);
  return tf.maxPool(padded as tf.Tensor4D, window, 2, "valid");
}
