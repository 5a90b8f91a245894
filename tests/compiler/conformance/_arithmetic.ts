import * as tf from "@tensorflow/tfjs-core";
import { scalar } from "lib/core/mod.ts";
import {
  bools,
  type Case,
  conform,
  floats,
  ints,
  NAN_AND_NUMBERS,
  NONE,
  normal,
  uniform,
} from "./_case.ts";

/** Cases of arithmetic with two values and more. */
export const ARITHMETIC_CASES: readonly Case[] = [
  conform(
    "atan2 in all quarters and on the axes",
    {
      a: floats(0, 1, 2, 1, 0, -1, -2, -1, 0, 3),
      b: floats(1, 1, 0, -1, -1, -1, 0, 1, 0, -2),
    },
    ({ a, b }) => tf.atan2(a, b),
    NONE,
  ),
  conform(
    "atan2",
    { a: normal([7]), b: normal([2, 7], 2) },
    ({ a, b }) => tf.atan2(a, b),
  ),
  conform("add, broadcast on both sides", {
    a: normal([2, 1, 3]),
    b: normal([4, 1], 2),
  }, ({ a, b }) => tf.add(a, b)),
  conform(
    "sub of scalars",
    { a: scalar(3), b: scalar(0.5) },
    ({ a, b }) => tf.sub(a, b),
  ),
  conform(
    "mul of a scalar and a cube",
    { a: scalar(3), b: normal([2, 1, 3]) },
    ({ a, b }) => tf.mul(a, b),
  ),
  conform("mul of whole numbers with floats", {
    a: ints(2, 3),
    b: floats(0.5, -1),
  }, ({ a, b }) => tf.mul(a, b)),
  conform(
    "div",
    { a: normal([3]), b: uniform([2, 3], 0.5, 2) },
    ({ a, b }) => tf.div(a, b),
  ),
  conform(
    "div by zero",
    { a: floats(-1, 0, 1), b: floats(0, 0, 0) },
    ({ a, b }) => tf.div(a, b),
    NONE,
  ),
  conform(
    "div of whole numbers rounds down",
    { a: ints(-7, 7, -7, 7, 6), b: ints(2, -2, -2, 2, -3) },
    ({ a, b }) => tf.div(a, b),
    NONE,
  ),
  conform(
    "div of whole numbers by zero",
    { a: ints(-7, 0, 7), b: ints(0, 0, 0) },
    ({ a, b }) => tf.div(a, b),
    NONE,
  ),
  conform(
    "divNoNan",
    { a: floats(1, 2, 0, -3), b: floats(2, 0, 0, 4) },
    ({ a, b }) => tf.divNoNan(a, b),
    NONE,
  ),
  conform(
    "floorDiv",
    { a: floats(-7, 7, -7.5, 7.5), b: floats(2, -2, -2, 2) },
    ({ a, b }) => tf.floorDiv(a, b),
    NONE,
  ),
  conform(
    "floorDiv of whole numbers",
    { a: ints(-7, 7, -7, 7), b: ints(2, -2, -2, 2) },
    ({ a, b }) => tf.floorDiv(a, b),
    NONE,
  ),
  conform("mod has the sign of the divisor", {
    a: floats(-7, 7, -7, 7, 6, 0),
    b: floats(3, -3, -3, 3, 3, 3),
  }, ({ a, b }) => tf.mod(a, b)),
  conform(
    "mod of fractions",
    { a: floats(5.3, -5.3, 1e6, 0.3), b: floats(0.7, 0.7, 0.3, -0.1) },
    ({ a, b }) => tf.mod(a, b),
    { tolerance: { absolute: 2e-7, relative: 1e-6 } },
  ),
  conform(
    "mod by zero and infinity",
    { a: floats(1, 1, -1, Infinity), b: floats(0, Infinity, 0, 2) },
    ({ a, b }) => tf.mod(a, b),
    NONE,
  ),
  conform(
    "mod of whole numbers",
    { a: ints(-7, 7, -7, 7, 6), b: ints(3, -3, -3, 3, -3) },
    ({ a, b }) => tf.mod(a, b),
    NONE,
  ),
  conform(
    "mod of whole numbers by zero",
    { a: ints(-7, 0, 7), b: ints(0, 0, 0) },
    ({ a, b }) => tf.mod(a, b),
    NONE,
  ),
  conform(
    "pow",
    { a: uniform([4], 0.2, 3), b: normal([2, 4]) },
    ({ a, b }) => tf.pow(a, b),
  ),
  conform(
    "pow of negative bases",
    { a: floats(-2, -2, -2, 0, 0), b: floats(2, 3, 0.5, 0, 2) },
    ({ a, b }) => tf.pow(a, b),
    NONE,
  ),
  conform(
    "pow of whole numbers",
    { a: ints(-2, 3, 2, 0), b: ints(3, 4, -1, 0) },
    ({ a, b }) => tf.pow(a, b),
    NONE,
  ),
  conform(
    "squaredDifference",
    { a: normal([2, 3]), b: normal([2, 3], 2) },
    ({ a, b }) => tf.squaredDifference(a, b),
  ),
  // TF.js forgets to reduce this gradient to the shape of the smaller input, and throws.
  conform(
    "squaredDifference, broadcast",
    { a: normal([2, 3]), b: normal([3], 2) },
    ({ a, b }) => tf.squaredDifference(a, b),
    NONE,
  ),
  conform(
    "maximum, ties included",
    { a: floats(1, 2, 3), b: floats(3, 2, 1) },
    ({ a, b }) => tf.maximum(a, b),
  ),
  conform(
    "maximum of what is no number",
    { a: NAN_AND_NUMBERS, b: scalar(1) },
    ({ a, b }) => tf.maximum(a, b),
    NONE,
  ),
  conform(
    "minimum, ties included",
    { a: floats(1, 2, 3), b: floats(3, 2, 1) },
    ({ a, b }) => tf.minimum(a, b),
  ),
  conform(
    "minimum of what is no number",
    { a: scalar(1), b: NAN_AND_NUMBERS },
    ({ a, b }) => tf.minimum(a, b),
    NONE,
  ),
  conform(
    "maximum of truths",
    { a: bools([0, 1]), b: bools([0, 0]) },
    ({ a, b }) => tf.maximum(a, b),
    NONE,
  ),
  conform("addN", {
    a: normal([2, 3]),
    b: normal([2, 3], 2),
    c: normal([2, 3], 3),
  }, ({ a, b, c }) => tf.addN([a, b, c])),
  conform(
    "addN of one",
    { a: normal([2, 3]) },
    ({ a }) => tf.neg(tf.addN([a])),
  ),
];
