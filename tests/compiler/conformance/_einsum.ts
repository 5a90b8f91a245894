import * as tf from "@tensorflow/tfjs-core";
import { scalar } from "lib/core/mod.ts";
import { type Case, conform, normal } from "./_case.ts";

/** An einsum is linear in each operand, so that differences are exact. */
const OPTIONS = {
  tolerance: 5e-6,
  gradient: "differences",
  gradientTolerance: 1e-4,
} as const;

function one(equation: string, shape: readonly number[]): Case {
  return conform(
    `einsum ${equation}`,
    { x: normal(shape) },
    // Multiplied, so that there is something to compute where nothing moves.
    ({ x }) => tf.mul(tf.einsum(equation, x), 3),
    OPTIONS,
  );
}

function two(
  equation: string,
  a: readonly number[],
  b: readonly number[],
): Case {
  return conform(
    `einsum ${equation}`,
    { a: normal(a), b: normal(b, 2) },
    ({ a, b }) => tf.einsum(equation, a, b),
    OPTIONS,
  );
}

/** Cases of Einstein's sums. */
export const EINSUM_CASES: readonly Case[] = [
  one("ij->ji", [2, 3]),
  one("ij->ij", [2, 3]),
  one("ijk->ki", [2, 3, 4]),
  one("ij->", [2, 3]),
  one("i -> i", [3]),
  two("ij,jk->ik", [2, 3], [3, 4]),
  two("ij,kj->ki", [2, 3], [4, 3]),
  two("bij,bjk->bik", [2, 2, 3], [2, 3, 4]),
  two("bhid,bhjd->bhij", [2, 2, 3, 4], [2, 2, 5, 4]),
  two("bihd,bjhd->bhij", [2, 3, 2, 4], [2, 5, 2, 4]),
  two("ijkl,klm->mji", [2, 3, 2, 2], [2, 2, 3]),
  two("i,j->ij", [3], [4]),
  two("i,i->", [3], [3]),
  two("ij,ij->ij", [2, 3], [2, 3]),
  two("ij,ji->i", [2, 3], [3, 2]),
  two("bij,i->jb", [2, 3, 4], [3]),
  two("b i j, j -> b i", [2, 3, 4], [4]),
  conform(
    "einsum of a scalar and a vector",
    { a: scalar(3), b: normal([4]) },
    ({ a, b }) => tf.einsum(",i->i", a, b),
    OPTIONS,
  ),
];
