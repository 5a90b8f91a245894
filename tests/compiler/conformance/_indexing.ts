import * as tf from "@tensorflow/tfjs-core";
import { int32, scalar } from "lib/core/mod.ts";
import { type Case, conform, EXACT, ints, normal } from "./_case.ts";

const NONE = { tolerance: EXACT, gradient: "none" } as const;
const LINEAR = { gradient: "differences", gradientTolerance: 2e-5 } as const;
const TABLE = normal([5, 3]);

/** Cases of the operations that pick by position. */
export const INDEXING_CASES: readonly Case[] = [
  conform(
    "gather of rows, some twice",
    { x: TABLE, i: ints(4, 0, 4, 2, 4) },
    ({ x, i }) => tf.gather(x, i as tf.Tensor1D),
  ),
  conform("gather along the last axis", {
    x: normal([2, 3, 4]),
    i: ints(3, 3, 0),
  }, ({ x, i }) => tf.gather(x, i as tf.Tensor1D, -1)),
  conform("gather along the middle axis", {
    x: normal([2, 3, 4]),
    i: ints(1, 1),
  }, ({ x, i }) => tf.gather(x, i as tf.Tensor1D, 1)),
  conform("gather by a matrix of positions", {
    x: TABLE,
    i: int32([2, 3], [0, 1, 1, 4, 0, 1]),
  }, ({ x, i }) => tf.gather(x, i as tf.Tensor1D)),
  conform(
    "gather by a scalar",
    { x: TABLE, i: int32([], [3]) },
    ({ x, i }) => tf.neg(tf.gather(x, i as unknown as tf.Tensor1D)),
    NONE,
  ),
  conform(
    "gather of whole numbers",
    { x: ints(7, 8, 9), i: ints(2, 2, 0) },
    ({ x, i }) => tf.gather(x, i as tf.Tensor1D),
    NONE,
  ),
  conform(
    "gather from one table twice",
    { x: TABLE, i: ints(1, 2), j: ints(2, 3) },
    ({ x, i, j }) =>
      tf.mul(tf.gather(x, i as tf.Tensor1D), tf.gather(x, j as tf.Tensor1D)),
  ),
  conform("gather in batches", {
    x: normal([2, 5, 3]),
    i: int32([2, 4], [0, 4, 1, 1, 2, 3, 3, 0]),
  }, ({ x, i }) => tf.gather(x, i as unknown as tf.Tensor1D, 1, 1)),
  conform("gather in batches along a later axis", {
    x: normal([2, 3, 4, 2]),
    i: int32([2, 3], [0, 3, 1, 1, 2, 2]),
  }, ({ x, i }) => tf.gather(x, i as unknown as tf.Tensor1D, 2, 1)),
  conform(
    "gather in batches of two axes",
    {
      x: normal([2, 2, 4]),
      i: int32([2, 2, 2], [0, 3, 1, 1, 2, 2, 3, 0]),
    },
    ({ x, i }) => tf.gather(x, i as unknown as tf.Tensor1D, 2, 2),
    NONE,
  ),
  conform(
    "unsortedSegmentSum",
    { x: TABLE, i: ints(2, 0, 2, 2, 0) },
    ({ x, i }) => tf.unsortedSegmentSum(x, i as tf.Tensor1D, 4),
  ),
  conform(
    "unsortedSegmentSum leaves out what has no segment",
    { x: TABLE, i: ints(2, -1, 0, 7, -3) },
    ({ x, i }) => tf.unsortedSegmentSum(x, i as tf.Tensor1D, 3),
    { gradient: "none" },
  ),
  conform("unsortedSegmentSum of a vector", {
    x: normal([4]),
    i: ints(1, 1, 0, 1),
  }, ({ x, i }) => tf.unsortedSegmentSum(x, i as tf.Tensor1D, 2)),
  conform(
    "gatherND of values and of rows, some twice",
    {
      x: normal([3, 2, 4]),
      i: int32([2, 2, 3], [0, 1, 2, 2, 0, 3, 0, 1, 2, 1, 1, 0]),
      j: int32([3, 2], [2, 0, 2, 0, 0, 1]),
    },
    ({ x, i, j }) => [tf.gatherND(x, i), tf.gatherND(x, j)],
    { ...LINEAR, tolerance: EXACT },
  ),
  conform(
    "scatterND of rows, some twice",
    { x: normal([3, 4]), i: int32([3, 1], [4, 1, 4]) },
    ({ x, i }) => tf.scatterND(i, x, [5, 4]),
    LINEAR,
  ),
  conform(
    "scatterND of values",
    { x: normal([3]), i: int32([3, 2], [0, 1, 1, 2, 0, 1]) },
    ({ x, i }) => tf.scatterND(i, x, [2, 3]),
    LINEAR,
  ),
  conform(
    "oneHot",
    { i: ints(0, 2, 1) },
    ({ i }) => tf.oneHot(i as tf.Tensor1D, 3),
    NONE,
  ),
  conform(
    "oneHot out of range",
    { i: ints(-1, 3, 1) },
    ({ i }) => tf.oneHot(i as tf.Tensor1D, 3),
    NONE,
  ),
  conform(
    "oneHot with values",
    { i: int32([2, 2], [0, 1, 2, 5]) },
    ({ i }) => tf.oneHot(i as tf.Tensor2D, 3, 0.75, -0.25, "float32"),
    NONE,
  ),
  conform(
    "oneHot of truths",
    { i: ints(0, 2) },
    (
      { i },
    ) => [
      tf.oneHot(i as tf.Tensor1D, 3, 1, 0, "bool"),
      tf.oneHot(i as tf.Tensor1D, 3, 0, 1, "bool"),
    ],
    NONE,
  ),
  conform(
    "oneHot times a table",
    { x: TABLE, i: ints(4, 4, 1) },
    ({ x, i }) =>
      tf.matMul(tf.cast(tf.oneHot(i as tf.Tensor1D, 5), "float32"), x),
  ),
  // TF.js wants a float gradient of the positions, and throws.
  conform(
    "a choice by argMax",
    { x: TABLE, s: scalar(2) },
    ({ x, s }) => tf.mul(tf.gather(x, tf.argMax(x, 0) as tf.Tensor1D), s),
    NONE,
  ),
];
