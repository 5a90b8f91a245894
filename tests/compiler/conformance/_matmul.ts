import * as tf from "@tensorflow/tfjs-core";
import { type Case, conform, normal } from "./_case.ts";

/** Sums of products: eager TF.js adds them up in double precision. */
const OPTIONS = { tolerance: 5e-6, gradientTolerance: 2e-5 } as const;

/** Cases of matrix products. */
export const MATMUL_CASES: readonly Case[] = [
  conform(
    "matMul",
    { a: normal([3, 4]), b: normal([4, 5], 2) },
    ({ a, b }) => tf.matMul(a, b),
    OPTIONS,
  ),
  conform(
    "matMul, the first transposed",
    { a: normal([4, 3]), b: normal([4, 5], 2) },
    ({ a, b }) => tf.matMul(a, b, true),
    OPTIONS,
  ),
  conform(
    "matMul, the second transposed",
    { a: normal([3, 4]), b: normal([5, 4], 2) },
    ({ a, b }) => tf.matMul(a, b, false, true),
    OPTIONS,
  ),
  conform(
    "matMul, both transposed",
    { a: normal([4, 3]), b: normal([5, 4], 2) },
    ({ a, b }) => tf.matMul(a, b, true, true),
    OPTIONS,
  ),
  conform(
    "matMul in batches",
    { a: normal([2, 3, 4]), b: normal([2, 4, 5], 2) },
    ({ a, b }) => tf.matMul(a, b),
    OPTIONS,
  ),
  conform(
    "matMul in batches, both transposed",
    { a: normal([2, 4, 3]), b: normal([2, 5, 4], 2) },
    ({ a, b }) => tf.matMul(a, b, true, true),
    OPTIONS,
  ),
  conform(
    "matMul in batches of two axes",
    { a: normal([2, 3, 4, 2]), b: normal([2, 3, 5, 2], 2) },
    ({ a, b }) => tf.matMul(a, b, false, true),
    OPTIONS,
  ),
  // TF.js does not reduce the gradients of broadcast batches, and throws.
  conform(
    "matMul, one batch for many",
    { a: normal([3, 2, 4]), b: normal([1, 4, 5], 2) },
    ({ a, b }) => tf.matMul(a, b),
    { ...OPTIONS, gradient: "none" },
  ),
  conform(
    "matMul of a batch and a matrix",
    { a: normal([3, 4, 2]), b: normal([4, 5], 2) },
    ({ a, b }) => tf.matMul(a, b, true),
    { ...OPTIONS, gradient: "none" },
  ),
  conform(
    "matMul of columns and rows",
    { a: normal([3, 1]), b: normal([1, 4], 2) },
    ({ a, b }) => tf.matMul(a, b),
    OPTIONS,
  ),
  conform(
    "matMul to one value",
    { a: normal([1, 7]), b: normal([7, 1], 2) },
    ({ a, b }) => tf.matMul(a, b),
    OPTIONS,
  ),
  conform(
    "matMul of a matrix with itself",
    { a: normal([4, 4]) },
    ({ a }) => tf.matMul(a, a, false, true),
    OPTIONS,
  ),
  conform(
    "dot of vectors",
    { a: normal([4]), b: normal([4], 2) },
    ({ a, b }) => tf.dot(a, b),
    OPTIONS,
  ),
  conform(
    "dot of a matrix and a vector",
    { a: normal([3, 4]), b: normal([4], 2) },
    ({ a, b }) => tf.dot(a, b),
    OPTIONS,
  ),
  conform(
    "outerProduct",
    { a: normal([3]), b: normal([4], 2) },
    ({ a, b }) => tf.outerProduct(a as tf.Tensor1D, b as tf.Tensor1D),
    OPTIONS,
  ),
];
