import * as tf from "@tensorflow/tfjs-core";
import { type Case, conform, EXACT, normal } from "./_case.ts";

/** Corners aligned, half pixels, and neither. */
const MODES: readonly (readonly [string, boolean, boolean])[] = [
  ["plain", false, false],
  ["corners aligned", true, false],
  ["half pixels", false, true],
];

const SIZES: readonly (readonly [number, number])[] = [
  [7, 9],
  [2, 2],
  [3, 5],
  [1, 1],
  [6, 4],
];

/** Cases of resizing, which is linear, so that differences are exact. */
export const RESIZE_CASES: readonly Case[] = [
  ...MODES.flatMap(([mode, alignCorners, halfPixel]) =>
    SIZES.flatMap(([h, w]) => [
      conform(
        `resizeBilinear to ${h}x${w}, ${mode}`,
        { x: normal([2, 3, 5, 2]) },
        ({ x }) =>
          tf.image.resizeBilinear(
            x as tf.Tensor4D,
            [h, w],
            alignCorners,
            halfPixel,
          ),
        {
          tolerance: 2e-6,
          gradient: "differences",
          gradientTolerance: 2e-5,
        },
      ),
      conform(
        `resizeNearestNeighbor to ${h}x${w}, ${mode}`,
        { x: normal([2, 3, 5, 2]) },
        ({ x }) =>
          tf.image.resizeNearestNeighbor(
            x as tf.Tensor4D,
            [h, w],
            alignCorners,
            halfPixel,
          ),
        {
          tolerance: EXACT,
          gradient: "differences",
          gradientTolerance: 2e-5,
        },
      ),
    ])
  ),
  conform(
    "resizeNearestNeighbor from 6 to 20 rows",
    { x: normal([1, 6, 1, 1]) },
    ({ x }) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [20, 1]),
    { tolerance: EXACT },
  ),
  conform(
    "resizeBilinear has the gradient of TF.js where corners are aligned",
    // Square, since TF.js confuses rows and columns in the result's shape.
    { x: normal([1, 4, 4, 2]) },
    ({ x }) => tf.image.resizeBilinear(x as tf.Tensor4D, [5, 6], true),
    { tolerance: 2e-6 },
  ),
];
