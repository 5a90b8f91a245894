import * as tf from "@tensorflow/tfjs-core";
import { float32, int32 } from "lib/core/mod.ts";
import { bools, type Case, conform, EXACT, normal } from "./_case.ts";

const NONE = { gradient: "none" } as const;
/** Both are linear in each value, so that differences are exact. */
const LINEAR = {
  gradient: "differences",
  tolerance: 2e-6,
  gradientTolerance: 2e-4,
} as const;
const CUBE = normal([2, 3, 4]);
const ZEROS = float32([2, 5], [1, 0, 3, 2, -1, 0, -2, 0, 4, 5]);

/** How a running sum or product goes along an axis. */
const WAYS: readonly (readonly [string, boolean, boolean])[] = [
  ["", false, false],
  [", exclusive", true, false],
  [", reverse", false, true],
  [", exclusive and reverse", true, true],
];

/** Cases of running sums and products, and of products, whose gradient needs them. */
export const CUMULATIVE_CASES: readonly Case[] = [
  ...WAYS.flatMap(([way, exclusive, reverse]) => [
    ...[0, 1, 2].flatMap((axis) => [
      conform(
        `cumsum along axis ${axis}${way}`,
        { x: CUBE },
        ({ x }) => tf.cumsum(x, axis, exclusive, reverse),
        LINEAR,
      ),
      conform(
        `cumprod along axis ${axis}${way}`,
        { x: CUBE },
        ({ x }) => tf.cumprod(x, axis, exclusive, reverse),
        LINEAR,
      ),
    ]),
    conform(
      `cumprod with zeros${way}`,
      { x: ZEROS },
      ({ x }) => tf.cumprod(x, 1, exclusive, reverse),
      { ...LINEAR, tolerance: EXACT },
    ),
  ]),
  conform(
    "cumprod of an axis of size 1",
    { x: normal([3, 1]) },
    ({ x }) => [tf.neg(tf.cumprod(x, 1)), tf.mul(tf.cumprod(x, 1, true), x)],
    LINEAR,
  ),
  conform(
    "cumsum of whole numbers",
    { x: int32([2, 3], [3, -1, 4, 1, -5, 9]) },
    ({ x }) => tf.cumsum(x, 1),
    NONE,
  ),
  conform(
    "cumsum of truths",
    { x: bools([1, 0, 1, 1]) },
    ({ x }) => tf.cumsum(x, 0),
    NONE,
  ),
  conform("prod", { x: CUBE }, ({ x }) => tf.prod(x, 1), LINEAR),
  conform("prod of everything", { x: CUBE }, ({ x }) => tf.prod(x), {
    ...LINEAR,
    gradientTolerance: { absolute: 1e-6, relative: 1e-3 },
  }),
  conform(
    "prod with zeros, kept",
    { x: float32([2, 3], [1, 0, 3, 0, 0, 2]) },
    ({ x }) => tf.prod(x, 1, true),
    LINEAR,
  ),
  conform(
    "prod of whole numbers",
    { x: int32([2, 3], [3, -1, 4, 1, -5, 9]) },
    ({ x }) => tf.prod(x, 0),
    NONE,
  ),
  conform(
    "prod of truths",
    { x: bools([1, 1, 1, 0], [2, 2]) },
    ({ x }) => tf.prod(x, 1),
    NONE,
  ),
];
