import * as tf from "@tensorflow/tfjs-core";
import { float32, int32, scalar } from "lib/core/mod.ts";
import {
  bools,
  type Case,
  conform,
  EXACT,
  floats,
  ints,
  normal,
  uniform,
} from "./_case.ts";

const NONE = { gradient: "none" } as const;
/** Where only the relative error counts: functions that pass through zero. */
const RELATIVE = {
  tolerance: { absolute: 0, relative: 1e-6 },
  gradientTolerance: { absolute: 0, relative: 1e-5 },
} as const;
const WILD = floats(-Infinity, -1e30, -2.5, -0, 0, 0.5, 7, 1e30, Infinity, NaN);
const NAN_AND_NUMBERS = floats(NaN, -1.5, 0, 2, NaN, 7);
const TINY = floats(-1e-3, -1e-5, -1e-7, -1e-20, 1e-20, 1e-7, 1e-5, 1e-3);

const UNARY: readonly Case[] = [
  conform("abs", { x: WILD }, ({ x }) => tf.abs(x), { tolerance: EXACT }),
  conform(
    "abs of whole numbers",
    { x: ints(-3, 0, 4) },
    ({ x }) => tf.abs(x),
    NONE,
  ),
  conform("acos", { x: uniform([9], -0.9, 0.9) }, ({ x }) => tf.acos(x)),
  conform("acosh", { x: uniform([9], 1.1, 50) }, ({ x }) => tf.acosh(x)),
  conform(
    "acosh near one",
    { x: floats(1.0001, 1.001) },
    ({ x }) => tf.acosh(x),
    { gradientTolerance: 1e-3 },
  ),
  conform(
    "acosh of large values",
    { x: floats(1e10, 1e25) },
    ({ x }) => tf.acosh(x),
    NONE,
  ),
  conform("asin", { x: uniform([9], -0.9, 0.9) }, ({ x }) => tf.asin(x)),
  conform("asinh", { x: normal([9]) }, ({ x }) => tf.asinh(x)),
  conform(
    "asinh of tiny values",
    { x: TINY },
    ({ x }) => tf.asinh(x),
    RELATIVE,
  ),
  conform(
    "asinh of large values",
    { x: floats(-1e25, -1e10, 1e10, 1e25) },
    ({ x }) => tf.asinh(x),
    NONE,
  ),
  conform(
    "atan",
    { x: floats(-1e30, -3, -0.1, 0, 0.1, 3, 1e30) },
    ({ x }) => tf.atan(x),
  ),
  conform("atanh", { x: uniform([9], -0.9, 0.9) }, ({ x }) => tf.atanh(x)),
  conform(
    "atanh of tiny values",
    { x: TINY },
    ({ x }) => tf.atanh(x),
    RELATIVE,
  ),
  conform(
    "ceil",
    { x: floats(-1.5, -0.5, 0, 0.5, 1.5, 1e20) },
    ({ x }) => tf.ceil(x),
    { tolerance: EXACT },
  ),
  conform("cos", { x: uniform([20], -20, 20) }, ({ x }) => tf.cos(x)),
  conform("cosh", { x: uniform([9], -5, 5) }, ({ x }) => tf.cosh(x)),
  conform(
    "erf",
    { x: floats(-5, -1, -0.1, 0, 0.1, 1, 5) },
    ({ x }) => tf.erf(x),
    {
      // Eager TF.js uses a polynomial that is right to 1.5e-7; at 0 it gives 1e-9.
      tolerance: { absolute: 4e-7, relative: 0 },
    },
  ),
  conform("exp", { x: floats(-100, -1, 0, 1, 80, 100) }, ({ x }) => tf.exp(x), {
    tolerance: { absolute: 0, relative: 1e-6 },
  }),
  conform(
    "expm1",
    { x: floats(-30, -2, -0.5, 0, 0.3, 0.7, 5, 80, 100) },
    ({ x }) => tf.expm1(x),
  ),
  conform(
    "expm1 of tiny values",
    { x: TINY },
    ({ x }) => tf.expm1(x),
    RELATIVE,
  ),
  conform(
    "expm1 of what is no number",
    { x: WILD },
    ({ x }) => tf.expm1(x),
    NONE,
  ),
  conform(
    "floor",
    { x: floats(-1.5, -0.5, 0, 0.5, 1.5, -1e20) },
    ({ x }) => tf.floor(x),
    { tolerance: EXACT },
  ),
  conform(
    "log",
    { x: floats(1e-30, 0.1, 0.999, 1, 3, 1e30) },
    ({ x }) => tf.log(x),
  ),
  conform(
    "log of what has none",
    { x: floats(-1, 0, Infinity, NaN) },
    ({ x }) => tf.log(x),
    NONE,
  ),
  conform(
    "log1p",
    { x: floats(-0.9, -0.3, 0, 0.2, 0.7, 3, 1e10, 1e30) },
    ({ x }) => tf.log1p(x),
  ),
  conform(
    "log1p of tiny values",
    { x: TINY },
    ({ x }) => tf.log1p(x),
    RELATIVE,
  ),
  conform(
    "log1p of what is no number",
    { x: floats(-2, -1, Infinity, NaN) },
    ({ x }) => tf.log1p(x),
    NONE,
  ),
  conform("neg", { x: WILD }, ({ x }) => tf.neg(x), { tolerance: EXACT }),
  conform(
    "reciprocal",
    { x: floats(-4, -0.3, 0.3, 1e20) },
    ({ x }) => tf.reciprocal(x),
  ),
  conform(
    "reciprocal of zero",
    { x: floats(0) },
    ({ x }) => tf.reciprocal(x),
    NONE,
  ),
  conform(
    "round to the even one of two",
    { x: floats(-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.4999, 1e10) },
    ({ x }) => tf.round(x),
    { tolerance: EXACT },
  ),
  conform(
    "round of whole numbers",
    { x: ints(-3, 0, 4) },
    ({ x }) => tf.add(tf.round(x), x),
    NONE,
  ),
  conform("rsqrt", { x: uniform([9], 0.01, 50) }, ({ x }) => tf.rsqrt(x)),
  conform(
    "sigmoid",
    { x: floats(-100, -20, -3, 0, 0.5, 20, 100) },
    ({ x }) => tf.sigmoid(x),
  ),
  conform("sign", { x: WILD }, ({ x }) => tf.sign(x), { tolerance: EXACT }),
  conform(
    "sign of whole numbers",
    { x: ints(-3, 0, 4) },
    ({ x }) => tf.sign(x),
    NONE,
  ),
  conform("sin", { x: uniform([20], -20, 20) }, ({ x }) => tf.sin(x)),
  conform("sinh", { x: uniform([9], -5, 5) }, ({ x }) => tf.sinh(x)),
  conform("sinh of tiny values", { x: TINY }, ({ x }) => tf.sinh(x), RELATIVE),
  conform(
    "softplus",
    { x: floats(-100, -15, -1, 0, 1, 15, 100) },
    ({ x }) => tf.softplus(x),
  ),
  conform("sqrt", { x: floats(1e-10, 0.5, 2, 1e20) }, ({ x }) => tf.sqrt(x)),
  conform(
    "sqrt of what has none",
    { x: floats(-1, 0, Infinity, NaN) },
    ({ x }) => tf.sqrt(x),
    NONE,
  ),
  conform("square", { x: normal([2, 3]) }, ({ x }) => tf.square(x)),
  conform(
    "square of whole numbers",
    { x: ints(-3, 46341) },
    ({ x }) => tf.square(x),
    NONE,
  ),
  conform("tan", { x: uniform([9], -1.5, 1.5) }, ({ x }) => tf.tan(x), {
    tolerance: 1e-5,
    gradientTolerance: 1e-4,
  }),
  conform(
    "tanh",
    { x: floats(-30, -2, -0.1, 0, 0.1, 2, 30) },
    ({ x }) => tf.tanh(x),
  ),
  conform("tanh of tiny values", { x: TINY }, ({ x }) => tf.tanh(x), RELATIVE),
  conform(
    "isNaN, isInf and isFinite",
    { x: WILD },
    ({ x }) => [tf.isNaN(x), tf.isInf(x), tf.isFinite(x)],
    NONE,
  ),
  conform("clone", { x: normal([2]) }, ({ x }) => tf.neg(tf.clone(x))),
];

const ACTIVATIONS: readonly Case[] = [
  conform("clipByValue", { x: WILD }, ({ x }) => tf.clipByValue(x, -2, 5), {
    tolerance: EXACT,
  }),
  conform(
    "clipByValue at the bounds",
    { x: floats(-1, -0.5, 0, 1) },
    ({ x }) => tf.clipByValue(x, -1, 1),
  ),
  conform(
    "elu",
    { x: floats(-200, -3, -0.4, 0, 0.5, 90, 1e30) },
    ({ x }) => tf.elu(x),
  ),
  conform(
    "elu of tiny values",
    { x: floats(-1e-3, -1e-5, -1e-7) },
    ({ x }) => tf.elu(x),
    RELATIVE,
  ),
  conform("elu of what is no number", { x: WILD }, ({ x }) => tf.elu(x), NONE),
  conform(
    "leakyRelu",
    { x: floats(-3, -0, 0, 2) },
    ({ x }) => tf.leakyRelu(x, 0.3),
  ),
  conform(
    "leakyRelu of what is no number",
    { x: WILD },
    ({ x }) => tf.leakyRelu(x, 0.3),
  ),
  conform(
    "leakyRelu of whole numbers",
    { x: ints(-3, 0, 4) },
    ({ x }) => tf.leakyRelu(x, 0.3),
    NONE,
  ),
  conform(
    "prelu",
    { x: normal([2, 3]), alpha: floats(0.1, -0.2, 0.3) },
    ({ x, alpha }) => tf.prelu(x, alpha),
  ),
  conform("relu", { x: floats(-3, -0, 0, 2, Infinity) }, ({ x }) => tf.relu(x)),
  conform(
    "relu of what is no number",
    { x: NAN_AND_NUMBERS },
    ({ x }) => tf.relu(x),
  ),
  conform(
    "relu of whole numbers",
    { x: ints(-3, 0, 4) },
    ({ x }) => tf.relu(x),
    NONE,
  ),
  conform("relu6", { x: floats(-3, 0, 2, 6, 8) }, ({ x }) => tf.relu6(x)),
  conform(
    "relu6 of what is no number",
    { x: NAN_AND_NUMBERS },
    ({ x }) => tf.relu6(x),
    NONE,
  ),
  conform("step", { x: WILD }, ({ x }) => tf.step(x), { tolerance: EXACT }),
  conform("step with a slope", { x: WILD }, ({ x }) => tf.step(x, 0.25), {
    tolerance: EXACT,
  }),
  conform(
    "step of whole numbers",
    { x: ints(-3, 0, 4) },
    ({ x }) => tf.step(x),
    NONE,
  ),
];

const ARITHMETIC: readonly Case[] = [
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

const COMPARISON: readonly Case[] = [
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

/** Cases of the operations that work element by element. */
export const ELEMENTWISE_CASES: readonly Case[] = [
  ...UNARY,
  ...ACTIVATIONS,
  ...ARITHMETIC,
  ...COMPARISON,
  conform(
    "a chain over an empty tensor",
    { x: float32([0, 3], []) },
    ({ x }) => tf.add(tf.exp(x), 1),
    NONE,
  ),
];
