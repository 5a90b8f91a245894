import * as tf from "@tensorflow/tfjs-core";
import { float32 } from "lib/core/mod.ts";
import { type Case, conform, type GradientOracle, normal } from "./_case.ts";

type Pad = "valid" | "same" | number;

interface Pooling {
  /** `[N,H,W,C]` or `[N,D,H,W,C]`. */
  readonly x: readonly number[];
  readonly size: number | number[];
  readonly strides: number | number[];
  readonly pad?: Pad;
  readonly gradient?: GradientOracle;
}

type Pool = (
  x: tf.Tensor,
  size: never,
  strides: never,
  pad: never,
) => tf.Tensor;

const pooling = (kind: string, pool2d: Pool, pool3d: Pool) =>
(
  name: string,
  { x, size, strides, pad = "same", gradient = "eager" }: Pooling,
): Case =>
  conform(
    `${kind}${x.length === 5 ? "3d" : ""} ${name}`,
    { x: normal(x) },
    ({ x }) =>
      (x.rank === 5 ? pool3d : pool2d)(
        x,
        size as never,
        strides as never,
        pad as never,
      ),
    { gradient },
  );

const avgPool = pooling("avgPool", tf.avgPool as Pool, tf.avgPool3d as Pool);
const maxPool = pooling("maxPool", tf.maxPool as Pool, tf.maxPool3d as Pool);

/**
 * TF.js's gradient of average pooling divides by the size of the window even
 * where padding leaves less of it; ours divides as the pooling itself does.
 */
const PADDED = { gradient: "differences" } as const;

const TIES = [1, 1, 0, 2, 1, 1, 2, 2, 0, 0, 2, 2, 3, 0, 0, 2];

/** Cases of pooling and its gradients. */
export const POOLING_CASES: readonly Case[] = [
  avgPool("2x2", { x: [2, 4, 6, 3], size: 2, strides: 2 }),
  avgPool("2x2, odd size, valid", {
    x: [1, 5, 7, 2],
    size: 2,
    strides: 2,
    pad: "valid",
  }),
  avgPool("2x2, odd size", { x: [1, 5, 3, 2], size: 2, strides: 2, ...PADDED }),
  avgPool("3x3, windows overlap", {
    x: [1, 5, 4, 2],
    size: 3,
    strides: 1,
    ...PADDED,
  }),
  avgPool("3x3, strides 2, valid", {
    x: [1, 5, 6, 2],
    size: 3,
    strides: 2,
    pad: "valid",
  }),
  avgPool("3x3, padding of 1", {
    x: [1, 4, 5, 1],
    size: 3,
    strides: 2,
    pad: 1,
    ...PADDED,
  }),
  avgPool("2x2x2", { x: [1, 4, 2, 4, 2], size: 2, strides: 2 }),
  avgPool("2x2x2, odd sizes", {
    x: [1, 3, 2, 5, 1],
    size: 2,
    strides: 2,
    ...PADDED,
  }),
  avgPool("3x3x3, windows overlap", {
    x: [1, 3, 4, 2, 2],
    size: 3,
    strides: 1,
    ...PADDED,
  }),
  avgPool("3x3x3, strides 2, valid", {
    x: [1, 5, 5, 7, 2],
    size: 3,
    strides: 2,
    pad: "valid",
  }),
  avgPool("3x2x2, strides 2, padded, windows overlap", {
    x: [1, 5, 4, 3, 2],
    size: [3, 2, 2],
    strides: [2, 1, 2],
    ...PADDED,
  }),
  maxPool("2x2", { x: [2, 4, 6, 3], size: 2, strides: 2 }),
  maxPool("2x2, odd size", { x: [1, 5, 3, 2], size: 2, strides: 2 }),
  maxPool("2x2, odd size, valid", {
    x: [1, 5, 7, 2],
    size: 2,
    strides: 2,
    pad: "valid",
  }),
  maxPool("3x3, windows overlap", { x: [1, 5, 4, 2], size: 3, strides: 1 }),
  maxPool("3x2, strides 2 and 1", {
    x: [1, 6, 5, 2],
    size: [3, 2],
    strides: [2, 1],
  }),
  maxPool("1x1, strides 2", { x: [1, 5, 4, 2], size: 1, strides: 2 }),
  maxPool("2x2x2", { x: [1, 4, 2, 4, 2], size: 2, strides: 2 }),
  maxPool("2x2x2, odd sizes", { x: [1, 3, 2, 5, 1], size: 2, strides: 2 }),
  maxPool("3x3x3, windows overlap", {
    x: [1, 3, 4, 2, 2],
    size: 3,
    strides: 1,
  }),
  maxPool("3x3, strides 2, windows overlap", {
    x: [1, 7, 6, 2],
    size: 3,
    strides: 2,
  }),
  maxPool("3x3x3, strides 2, windows overlap", {
    x: [1, 5, 4, 7, 2],
    size: 3,
    strides: 2,
  }),
  maxPool("3x2x2, strides 2 and 1, valid", {
    x: [1, 5, 4, 3, 2],
    size: [3, 2, 2],
    strides: [2, 1, 1],
    pad: "valid",
  }),
  conform(
    "maxPool with ties",
    { x: float32([1, 4, 4, 1], TIES) },
    ({ x }) => tf.maxPool(x as tf.Tensor4D, 2, 2, "same"),
  ),
  conform("maxPool with ties, windows overlap", {
    x: float32([1, 4, 4, 1], TIES),
  }, ({ x }) => tf.maxPool(x as tf.Tensor4D, 3, 1, "same")),
  conform(
    "maxPool3d with ties",
    { x: float32([1, 2, 2, 4, 1], TIES) },
    ({ x }) => tf.maxPool3d(x as tf.Tensor5D, 2, 2, "same"),
  ),
  conform("maxPool of what is below all padding", {
    x: float32([1, 3, 3, 1], Array(9).fill(-3e38)),
  }, ({ x }) => tf.maxPool(x as tf.Tensor4D, 2, 2, "same")),
];
