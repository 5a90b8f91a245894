import * as tf from "@tensorflow/tfjs-core";
import { int32, scalar } from "lib/core/mod.ts";
import {
  bools,
  type Case,
  conform,
  floats,
  ints,
  NONE,
  normal,
} from "./_case.ts";

/** Cases of comparisons, logic, casts and choices. */
export const COMPARISON_CASES: readonly Case[] = [
  conform(
    "comparisons of floats",
    { a: floats(1, 2, 3, NaN), b: floats(2, 2, 2, NaN) },
    compareAll,
    NONE,
  ),
  conform(
    "comparisons of whole numbers, broadcast",
    { a: int32([3, 1], [1, 2, 3]), b: ints(1, 2) },
    compareAll,
    NONE,
  ),
  conform(
    "comparisons of truths",
    { a: bools([0, 0, 1, 1]), b: bools([0, 1, 0, 1]) },
    compareAll,
    NONE,
  ),
  conform(
    "logic",
    { a: bools([0, 0, 1, 1]), b: bools([0, 1, 0, 1]) },
    ({ a, b }) => [
      tf.logicalAnd(a, b),
      tf.logicalOr(a, b),
      tf.logicalXor(a, b),
      tf.logicalNot(a),
    ],
    NONE,
  ),
  conform(
    "cast to every type",
    { x: floats(-2.7, -0.5, 0, 0.5, 2.7) },
    ({ x }) => [
      tf.cast(x, "int32"),
      tf.cast(x, "bool"),
      tf.add(tf.cast(x, "float32"), 1),
    ],
    { gradient: "none" },
  ),
  conform("cast of truths and whole numbers", {
    a: bools([0, 1]),
    b: ints(-2, 0),
  }, ({ a, b }) => [
    tf.cast(a, "float32"),
    tf.cast(a, "int32"),
    tf.cast(b, "float32"),
    tf.cast(b, "bool"),
  ], NONE),
  conform(
    "where",
    { a: normal([2, 3]), b: normal([2, 3], 2) },
    ({ a, b }) => tf.where(tf.greater(a, b), a, b),
  ),
  conform("where, broadcast", {
    a: normal([2, 3]),
    b: scalar(5),
    c: bools([1, 0, 1]),
  }, ({ a, b, c }) => tf.where(c, a, b)),
  conform(
    "where keeps NaN of the other branch out",
    { x: floats(-1, 4, 0, 9) },
    ({ x }) => tf.where(tf.greater(x, 0), tf.sqrt(x), tf.square(x)),
  ),
  conform(
    "where of whole numbers and truths",
    { a: ints(1, 2), b: ints(3, 4), c: bools([1, 0]), d: bools([0, 1]) },
    ({ a, b, c, d }) => [tf.where(c, a, b), tf.where(c, c, d)],
    NONE,
  ),
  conform(
    "where of mixed types",
    { a: ints(1, 2), b: floats(0.5, 0.25), c: bools([1, 0]) },
    ({ a, b, c }) => tf.where(c, a, b),
    NONE,
  ),
  conform(
    "where with a condition that gradients pass by",
    { x: floats(-1, NaN, 2, -3) },
    ({ x }) =>
      tf.where(
        tf.logicalOr(tf.isNaN(x), tf.less(x, 0)),
        tf.zerosLike(x),
        tf.mul(x, x),
      ),
  ),
];

function compareAll({ a, b }: { a: tf.Tensor; b: tf.Tensor }): tf.Tensor[] {
  return [
    tf.equal(a, b),
    tf.notEqual(a, b),
    tf.greater(a, b),
    tf.greaterEqual(a, b),
    tf.less(a, b),
    tf.lessEqual(a, b),
  ];
}
