import * as tf from "@tensorflow/tfjs-core";
import { type Case, conform, normal, uniform } from "./_case.ts";

const OPTIONS = { tolerance: 1e-5, gradientTolerance: 5e-5 } as const;

/** While a gradient is taken TF.js fuses none of them but the first. */
const ACTIVATIONS = [
  "linear",
  "relu",
  "relu6",
  "elu",
  "prelu",
  "leakyrelu",
  "sigmoid",
] as const;

/** Cases of the kernels that do several things at once. */
export const FUSED_CASES: readonly Case[] = [
  ...ACTIVATIONS.map((activation) =>
    conform(`fused matMul, ${activation}`, {
      a: normal([3, 4]),
      b: normal([4, 5], 2),
      bias: normal([5], 3),
      slope: uniform([5], 0.1, 0.4),
    }, ({ a, b, bias, slope }) =>
      [
        tf.fused.matMul({
          a,
          b,
          bias,
          activation,
          leakyreluAlpha: 0.3,
          preluActivationWeights: slope,
        }),
        slope,
      ].map((y) => tf.mul(y, 2)), OPTIONS)
  ),
  conform(
    "fused matMul without a bias, both transposed",
    { a: normal([4, 3]), b: normal([5, 4], 2) },
    ({ a, b }) => tf.fused.matMul({ a, b, transposeA: true, transposeB: true }),
    OPTIONS,
  ),
  ...(["linear", "relu"] as const).flatMap((activation) => [
    conform(`fused conv2d, ${activation}`, {
      x: normal([2, 5, 4, 3]),
      filter: normal([3, 3, 3, 2], 2),
      bias: normal([2], 3),
    }, ({ x, filter, bias }) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        strides: 2,
        pad: "same",
        bias,
        activation,
      }), OPTIONS),
    conform(`fused depthwiseConv2d, ${activation}`, {
      x: normal([1, 5, 4, 2]),
      filter: normal([3, 3, 2, 2], 2),
      bias: normal([4], 3),
    }, ({ x, filter, bias }) =>
      tf.fused.depthwiseConv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        strides: 1,
        pad: "same",
        bias,
        activation,
      }), OPTIONS),
  ]),
  conform(
    "fused conv2d without a bias",
    { x: normal([1, 4, 4, 2]), filter: normal([1, 1, 2, 3], 2) },
    ({ x, filter }) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        strides: 1,
        pad: "valid",
      }),
    OPTIONS,
  ),
  conform("batchNorm", {
    x: normal([2, 3, 2, 4]),
    mean: normal([4], 2),
    variance: uniform([4], 0.5, 2),
    offset: normal([4], 3),
    scale: normal([4], 4),
  }, ({ x, mean, variance, offset, scale }) =>
    tf.batchNorm(
      x as tf.Tensor4D,
      mean as tf.Tensor1D,
      variance as tf.Tensor1D,
      offset as tf.Tensor1D,
      scale as tf.Tensor1D,
    ), OPTIONS),
  // TF.js saves the scale for its gradient, and fails where there is none.
  conform("batchNorm without scale and offset", {
    x: normal([2, 3, 2, 4]),
    mean: normal([4], 2),
    variance: uniform([4], 0.5, 2),
  }, ({ x, mean, variance }) =>
    tf.batchNorm(
      x as tf.Tensor4D,
      mean as tf.Tensor1D,
      variance as tf.Tensor1D,
    ), { ...OPTIONS, gradient: "none" }),
];
