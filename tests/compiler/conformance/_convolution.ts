import * as tf from "@tensorflow/tfjs-core";
import { type Case, conform, type GradientOracle, normal } from "./_case.ts";

const TOLERANCE = { tolerance: 1e-5, gradientTolerance: 5e-5 } as const;

type Pad = "valid" | "same" | number;

interface Convolution {
  /** `[N,...spatial,C]`. */
  readonly x: readonly number[];
  /** `[...size,C,K]`. */
  readonly filter: readonly number[];
  readonly strides?: number | [number, number] | [number, number, number];
  readonly pad?: Pad | tf.backend_util.ExplicitPadding;
  readonly dilations?: number | [number, number] | [number, number, number];
  readonly gradient?: GradientOracle;
}

function conv2d(
  name: string,
  { x, filter, strides = 1, pad = "same", dilations = 1, gradient = "eager" }:
    Convolution,
): Case {
  return conform(
    `conv2d ${name}`,
    { x: normal(x), filter: normal(filter, 2) },
    ({ x, filter }) =>
      tf.conv2d(
        x as tf.Tensor4D,
        filter as tf.Tensor4D,
        strides as [number, number],
        pad as Pad,
        "NHWC",
        dilations as [number, number],
      ),
    { ...TOLERANCE, gradient },
  );
}

function conv3d(
  name: string,
  { x, filter, strides = 1, pad = "same", dilations = 1, gradient = "eager" }:
    Convolution,
): Case {
  return conform(
    `conv3d ${name}`,
    { x: normal(x), filter: normal(filter, 2) },
    ({ x, filter }) =>
      tf.conv3d(
        x as tf.Tensor5D,
        filter as tf.Tensor5D,
        strides as [number, number, number],
        pad as "same",
        "NDHWC",
        dilations as [number, number, number],
      ),
    { ...TOLERANCE, gradient },
  );
}

function depthwise(
  name: string,
  { x, filter, strides = 1, pad = "same", dilations = 1, gradient = "eager" }:
    Convolution,
): Case {
  return conform(`depthwiseConv2d ${name}`, {
    x: normal(x),
    filter: normal(filter, 2),
  }, ({ x, filter }) =>
    tf.depthwiseConv2d(
      x as tf.Tensor4D,
      filter as tf.Tensor4D,
      strides as [number, number],
      pad as Pad,
      "NHWC",
      dilations as [number, number],
    ), { ...TOLERANCE, gradient });
}

/** TF.js's own gradient refuses dilations; ours is held against differences. */
const DILATED = { gradient: "differences" } as const;

/** Cases of convolutions and their gradients. */
export const CONVOLUTION_CASES: readonly Case[] = [
  // Whole blocks of channels on both sides; on the CPU another form.
  conv2d("3x3, in blocks", { x: [16, 4, 3, 16], filter: [3, 3, 16, 32] }),
  conv2d("3x2, valid, in blocks", {
    x: [16, 4, 3, 32],
    filter: [3, 2, 32, 16],
    pad: "valid",
  }),
  conv2d("3x3, in blocks, few pictures", {
    x: [1, 6, 5, 16],
    filter: [3, 3, 16, 16],
  }),
  conv3d("3x3x3, in blocks", {
    x: [4, 4, 3, 4, 16],
    filter: [3, 3, 3, 16, 16],
  }),
  conv3d("3x3x3, in blocks, one not full", {
    x: [3, 3, 3, 4, 16],
    filter: [3, 3, 3, 16, 16],
  }),
  conv3d("2x3x2, in blocks", {
    x: [2, 8, 3, 4, 16],
    filter: [2, 3, 2, 16, 32],
  }),
  conv3d("3x2x3, valid, in blocks", {
    x: [4, 4, 3, 4, 16],
    filter: [3, 2, 3, 16, 16],
    pad: "valid",
  }),
  conv2d("3x3", { x: [2, 5, 4, 3], filter: [3, 3, 3, 2] }),
  conv2d("3x3, valid", { x: [1, 5, 4, 2], filter: [3, 3, 2, 3], pad: "valid" }),
  conv2d("1x1", { x: [2, 3, 4, 3], filter: [1, 1, 3, 5] }),
  conv2d("1x1, strides 2", {
    x: [2, 5, 4, 3],
    filter: [1, 1, 3, 2],
    strides: 2,
  }),
  conv2d("3x3, strides 2, odd size", {
    x: [1, 7, 5, 2],
    filter: [3, 3, 2, 2],
    strides: 2,
  }),
  conv2d("3x3, strides 2, even size", {
    x: [1, 6, 8, 2],
    filter: [3, 3, 2, 2],
    strides: 2,
  }),
  conv2d("3x3, strides 2, valid, rows left over", {
    x: [1, 6, 8, 2],
    filter: [3, 3, 2, 2],
    strides: 2,
    pad: "valid",
  }),
  conv2d("4x4, strides 2", {
    x: [1, 8, 7, 2],
    filter: [4, 4, 2, 2],
    strides: 2,
  }),
  conv2d("2x2, strides 2", {
    x: [1, 5, 6, 2],
    filter: [2, 2, 2, 2],
    strides: 2,
  }),
  conv2d("2x3, strides 1 and 3", {
    x: [1, 5, 8, 2],
    filter: [2, 3, 2, 2],
    strides: [1, 3],
  }),
  conv2d("3x3, padding of 1", {
    x: [1, 4, 5, 2],
    filter: [3, 3, 2, 2],
    pad: 1,
  }),
  conv2d("3x3, padding of each side", {
    x: [1, 4, 5, 2],
    filter: [3, 3, 2, 2],
    pad: [[0, 0], [2, 1], [0, 2], [0, 0]],
  }),
  conv2d("3x3, dilations 2", {
    x: [1, 7, 6, 2],
    filter: [3, 3, 2, 2],
    dilations: 2,
    ...DILATED,
  }),
  conv2d("3x3, dilations 2, valid", {
    x: [1, 7, 6, 2],
    filter: [3, 3, 2, 2],
    dilations: 2,
    pad: "valid",
    ...DILATED,
  }),
  conform(
    "conv1d",
    { x: normal([2, 6, 3]), filter: normal([3, 3, 2], 2) },
    ({ x, filter }) =>
      tf.conv1d(x as tf.Tensor3D, filter as tf.Tensor3D, 2, "same"),
    TOLERANCE,
  ),
  conform(
    "conv2dTranspose, strides 2",
    { x: normal([1, 3, 4, 2]), filter: normal([3, 3, 5, 2], 2) },
    ({ x, filter }) =>
      tf.conv2dTranspose(
        x as tf.Tensor4D,
        filter as tf.Tensor4D,
        [1, 6, 8, 5],
        2,
        "same",
      ),
    TOLERANCE,
  ),
  conv3d("3x3x3", { x: [2, 3, 4, 5, 2], filter: [3, 3, 3, 2, 3] }),
  conv3d("3x3x3, valid", {
    x: [1, 4, 3, 5, 2],
    filter: [3, 3, 3, 2, 2],
    pad: "valid",
  }),
  // So few places that the compiler lays out patches instead.
  conv2d("3x3, few places", { x: [1, 3, 2, 2], filter: [3, 3, 2, 8] }),
  conv3d("3x3x3, few places", { x: [2, 2, 1, 2, 3], filter: [3, 3, 3, 3, 9] }),
  conv3d("3x3x3, few places, valid, strides 2", {
    x: [1, 5, 4, 6, 2],
    filter: [3, 3, 3, 2, 8],
    strides: 2,
    pad: "valid",
  }),
  conv3d("3x3x3, few places, dilations 2", {
    x: [1, 2, 2, 2, 2],
    filter: [3, 3, 3, 2, 10],
    dilations: 2,
    ...DILATED,
  }),
  conv3d("1x1x1", { x: [2, 2, 3, 2, 3], filter: [1, 1, 1, 3, 4] }),
  conv3d("3x1x1, one frame", { x: [1, 1, 3, 2, 2], filter: [3, 1, 1, 2, 2] }),
  conv3d("3x3x3, strides 2, odd sizes", {
    x: [1, 5, 3, 5, 2],
    filter: [3, 3, 3, 2, 2],
    strides: 2,
  }),
  conv3d("3x3x3, strides 2, even sizes", {
    x: [1, 4, 4, 6, 2],
    filter: [3, 3, 3, 2, 2],
    strides: 2,
  }),
  conv3d("2x2x2, strides 2", {
    x: [1, 4, 5, 4, 2],
    filter: [2, 2, 2, 2, 2],
    strides: 2,
  }),
  conv3d("4x4x4, strides 1 and 2", {
    x: [1, 4, 6, 5, 2],
    filter: [4, 4, 4, 2, 2],
    strides: [1, 2, 2],
  }),
  conv3d("3x3x3, dilations 2", {
    x: [1, 5, 5, 6, 2],
    filter: [3, 3, 3, 2, 2],
    dilations: 2,
    ...DILATED,
  }),
  conv3d("3x3x3, dilations 2, valid", {
    x: [1, 5, 6, 7, 2],
    filter: [3, 3, 3, 2, 2],
    dilations: 2,
    pad: "valid",
    ...DILATED,
  }),
  conv3d("3x3x3, dilations 1 and 2", {
    x: [1, 3, 5, 5, 1],
    filter: [3, 3, 3, 1, 2],
    dilations: [1, 2, 2],
    ...DILATED,
  }),
  conform(
    "conv3dTranspose, strides 2",
    { x: normal([1, 2, 2, 3, 2]), filter: normal([3, 3, 3, 3, 2], 2) },
    ({ x, filter }) =>
      tf.conv3dTranspose(
        x as tf.Tensor5D,
        filter as tf.Tensor5D,
        [1, 4, 4, 6, 3],
        2,
        "same",
      ),
    // Bilinear, so that differences are exact.
    { ...TOLERANCE, gradient: "differences", gradientTolerance: 1e-4 },
  ),
  conform(
    "conv3dTranspose, valid, windows overlap",
    { x: normal([1, 2, 3, 2, 2]), filter: normal([3, 3, 2, 3, 2], 2) },
    ({ x, filter }) =>
      tf.conv3dTranspose(
        x as tf.Tensor5D,
        filter as tf.Tensor5D,
        [1, 4, 5, 3, 3],
        1,
        "valid",
      ),
    { ...TOLERANCE, gradient: "differences", gradientTolerance: 1e-4 },
  ),
  conform(
    "conv2dTranspose, valid, windows overlap",
    { x: normal([1, 3, 4, 2]), filter: normal([3, 2, 5, 2], 2) },
    ({ x, filter }) =>
      tf.conv2dTranspose(
        x as tf.Tensor4D,
        filter as tf.Tensor4D,
        [1, 5, 5, 5],
        1,
        "valid",
      ),
    TOLERANCE,
  ),
  depthwise("3x3", { x: [2, 5, 4, 3], filter: [3, 3, 3, 1] }),
  depthwise("3x3, two filters a channel, valid", {
    x: [1, 5, 4, 3],
    filter: [3, 3, 3, 2],
    pad: "valid",
  }),
  depthwise("3x3, strides 2", {
    x: [1, 5, 6, 2],
    filter: [3, 3, 2, 2],
    strides: 2,
  }),
  depthwise("2x2, strides 2", {
    x: [1, 5, 6, 2],
    filter: [2, 2, 2, 1],
    strides: 2,
  }),
  depthwise("3x3, dilations 2", {
    x: [1, 7, 6, 2],
    filter: [3, 3, 2, 2],
    dilations: 2,
    ...DILATED,
  }),
  conform(
    "separableConv2d",
    {
      x: normal([1, 5, 4, 2]),
      depth: normal([3, 3, 2, 2], 2),
      point: normal([1, 1, 4, 3], 3),
    },
    ({ x, depth, point }) =>
      tf.separableConv2d(
        x as tf.Tensor4D,
        depth as tf.Tensor4D,
        point as tf.Tensor4D,
        1,
        "same",
      ),
    TOLERANCE,
  ),
];
