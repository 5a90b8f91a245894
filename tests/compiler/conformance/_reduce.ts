import * as tf from "@tensorflow/tfjs-core";
import { float32, int32, scalar } from "lib/core/mod.ts";
import { bools, type Case, conform, EXACT, floats, normal } from "./_case.ts";

const NONE = { gradient: "none" } as const;
/** Of linear functions the differences are the gradients. */
const LINEAR = { gradient: "differences" } as const;
const CUBE = normal([2, 3, 4]);
const NUMBERS = int32([2, 3], [3, -1, 4, 1, -5, 9]);
const TIES = float32([2, 4], [1, 3, 3, 2, 5, 5, 5, 5]);

type Reduce = (
  x: tf.Tensor,
  axis?: number | number[],
  keepDims?: boolean,
) => tf.Tensor;

/** One reduction over all axes, none, one, several, and those of size 1. */
function reductions(
  name: string,
  reduce: Reduce,
  options: Parameters<typeof conform>[3] = {},
): Case[] {
  return [
    conform(
      `${name} of everything`,
      { x: CUBE },
      ({ x }) => reduce(x),
      options,
    ),
    conform(
      `${name} of a scalar`,
      { x: scalar(-2.5) },
      ({ x }) => tf.mul(reduce(x), x),
      options,
    ),
    conform(
      `${name} over no axis`,
      { x: CUBE },
      ({ x }) => tf.neg(reduce(x, [])),
      options,
    ),
    conform(
      `${name} over the middle axis`,
      { x: CUBE },
      ({ x }) => reduce(x, 1),
      options,
    ),
    conform(
      `${name} over a negative axis, kept`,
      { x: CUBE },
      ({ x }) => reduce(x, -1, true),
      options,
    ),
    conform(
      `${name} over two axes, the later first`,
      { x: CUBE },
      ({ x }) => reduce(x, [2, 0]),
      options,
    ),
    conform(
      `${name} over two axes, kept`,
      { x: CUBE },
      ({ x }) => reduce(x, [0, -2], true),
      options,
    ),
    conform(
      `${name} over an axis of size 1`,
      { x: normal([2, 1, 3]) },
      ({ x }) => reduce(x, 1),
      options,
    ),
  ];
}

/** Cases of the operations that combine values along axes. */
export const REDUCE_CASES: readonly Case[] = [
  ...reductions("sum", tf.sum, LINEAR),
  ...reductions("mean", tf.mean, LINEAR),
  ...reductions("max", tf.max),
  ...reductions("min", tf.min),
  conform(
    "sum of whole numbers",
    { x: NUMBERS },
    ({ x }) => tf.sum(x, 1),
    NONE,
  ),
  conform(
    "sum of truths",
    { x: bools([1, 0, 1, 1]) },
    ({ x }) => tf.sum(x),
    NONE,
  ),
  conform(
    "sum of an empty axis",
    { x: float32([2, 0], []) },
    ({ x }) => tf.sum(x, 1),
    NONE,
  ),
  conform(
    "mean of whole numbers",
    { x: NUMBERS },
    ({ x }) => tf.mean(x, 0),
    NONE,
  ),
  conform(
    "max and min of whole numbers",
    { x: NUMBERS },
    ({ x }) => [tf.max(x, 0), tf.min(x, 0)],
    NONE,
  ),
  conform(
    "max and min with ties",
    { x: TIES },
    ({ x }) => [tf.max(x, 1), tf.min(x, 1)],
  ),
  conform(
    "max and min of what is no number",
    { x: float32([2, 3], [1, NaN, 2, -Infinity, 3, Infinity]) },
    ({ x }) => [tf.max(x, 1), tf.min(x, 1)],
    NONE,
  ),
  conform("all and any", { x: bools([1, 1, 0, 1, 0, 0], [3, 2]) }, ({ x }) => [
    tf.all(x, 1),
    tf.any(x, 1),
    tf.all(x),
    tf.any(x, 0, true),
  ], NONE),
  conform(
    "argMax and argMin with ties take the first",
    { x: TIES },
    ({ x }) => [tf.argMax(x, 1), tf.argMin(x, 1), tf.argMax(x, 0)],
    NONE,
  ),
  conform(
    "argMax of whole numbers over a negative axis",
    { x: NUMBERS },
    ({ x }) => [tf.argMax(x, -2), tf.argMin(x, -1)],
    NONE,
  ),
  conform(
    "argMax of rank 1",
    { x: floats(-3, -1, -2) },
    ({ x }) => tf.argMax(x),
    NONE,
  ),
  conform(
    "argMax inside a gradient",
    { x: CUBE },
    ({ x }) => tf.mul(tf.sum(x, 2), tf.cast(tf.argMax(x, 2), "float32")),
  ),
  conform("softmax", { x: CUBE }, ({ x }) => tf.softmax(x)),
  conform("softmax of large values", {
    x: float32([2, 3], [1e4, 1e4 - 1, -1e4, -1e30, 0, 88]),
  }, ({ x }) => tf.softmax(x)),
  conform(
    "softmax of rank 1",
    { x: floats(0.3, -0.2, 1) },
    ({ x }) => tf.softmax(x),
  ),
  // TF.js's function takes the last axis only.
  conform("softmax of the first axis", { x: CUBE }, ({ x }) => {
    const swap = [2, 1, 0];
    return tf.transpose(tf.softmax(tf.transpose(x!, swap)), swap);
  }),
  conform("logSoftmax", { x: CUBE }, ({ x }) => tf.logSoftmax(x)),
  conform("logSoftmax of large values", {
    x: float32([2, 3], [1e4, 1e4 - 1, -1e4, -1e30, 0, 88]),
  }, ({ x }) => tf.logSoftmax(x)),
  conform("logSumExp", { x: CUBE }, ({ x }) => tf.logSumExp(x, 1)),
  conform("logSumExp of large values over two axes, kept", {
    x: float32([2, 3], [1e4, 1e4 - 1, -1e4, -1e30, 0, 88]),
  }, ({ x }) => tf.logSumExp(x, [0, -1], true)),
  conform("topk, ties in order of position", { x: TIES }, ({ x }) => {
    const { values, indices } = tf.topk(x, 3);
    return [values, indices];
  }, { tolerance: EXACT, gradient: "none" }),
  conform("topk of everything", { x: normal([2, 2, 7]) }, ({ x }) => {
    const { values, indices } = tf.topk(x, 7);
    return [values, indices];
  }, { tolerance: EXACT, gradient: "none" }),
  conform("topk of whole numbers", { x: NUMBERS }, ({ x }) => {
    const { values, indices } = tf.topk(x, 1);
    return [values, indices];
  }, { tolerance: EXACT, gradient: "none" }),
  conform("moments", { x: CUBE }, ({ x }) => {
    const { mean, variance } = tf.moments(x, [0, 2], true);
    return [mean, variance];
  }),
  conform("the norm", { x: CUBE }, ({ x }) => tf.norm(x)),
];
