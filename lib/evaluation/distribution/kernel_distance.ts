import type { Rng } from "../../core/mod.ts";
import type { FeatureRows } from "./feature_statistics.ts";
import { deviationOf, meanOf, subset } from "./reliability.ts";

/** A kernel distance with its standard error. */
export interface KernelDistance {
  /** Squared maximum mean discrepancy; may be negative by chance. */
  readonly value: number;
  /** Standard error over the blocks; NaN if there is one block. */
  readonly error: number;
  /** Rows of each set in a block. */
  readonly blockSize: number;
  readonly blocks: number;
}

/** Most rows of a block: time grows with their square. */
const MAX_ROWS = 512;
/** Most blocks. */
const MAX_BLOCKS = 8;

/**
 * Kernel distance: the unbiased estimate of the squared maximum mean
 * discrepancy with the kernel `(x y / D + 1)^3` (Gretton et al. 2012, lemma 6;
 * Bińkowski et al. 2018, "Demystifying MMD GANs", arXiv 1801.01401).
 *
 * Unlike a Fréchet distance it has no bias at small n: sets of one
 * distribution give 0 on average, however few clips there are. Rows are split
 * at random into blocks; the value is the mean over blocks.
 *
 * @throws {TypeError} if the dimensions differ
 * @throws {RangeError} if a set has fewer than 2 rows
 *
 * @example
 * ```ts
 * import { kernelDistance } from "lib/evaluation/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const rows = (...values: number[]) => ({
 *   count: values.length,
 *   dimension: 1,
 *   values: Float32Array.from(values),
 * });
 * // Kernels within: (1 * 1 + 1)^3 = 8 and (0 + 1)^3 = 1; between: 1.
 * const { value } = kernelDistance(rows(1, 1), rows(0, 0), new Rng(1));
 * assert.equal(value, 8 + 1 - 2 * 1);
 * ```
 */
export function kernelDistance(
  a: FeatureRows,
  b: FeatureRows,
  rng: Rng,
): KernelDistance {
  if (a.dimension !== b.dimension) {
    throw new TypeError(
      `Cannot compare rows: dimensions must be the same: ` +
        `current values are ${a.dimension} and ${b.dimension}`,
    );
  }
  const fewest = Math.min(a.count, b.count);
  if (fewest < 2) {
    throw new RangeError(
      `Cannot take a kernel distance: both sets must have at least 2 rows: ` +
        `current counts are ${a.count} and ${b.count}`,
    );
  }
  // Four blocks or more, for a standard error, unless they would be too small.
  const blockSize = Math.min(
    MAX_ROWS,
    fewest >= 64 ? Math.floor(fewest / 4) : fewest,
  );
  const blocks = Math.min(MAX_BLOCKS, Math.floor(fewest / blockSize));
  const [orderA, orderB] = [a, b].map(({ count }) =>
    subset(count, blocks * blockSize, rng)
  ) as [number[], number[]];
  const values = Array.from({ length: blocks }, (_, block) => {
    const part = (order: number[]): number[] =>
      order.slice(block * blockSize, (block + 1) * blockSize);
    return discrepancy(a, part(orderA), b, part(orderB));
  });
  return {
    value: meanOf(values),
    error: deviationOf(values) / Math.sqrt(blocks),
    blockSize,
    blocks,
  };
}

/** The unbiased estimate from equal numbers of rows. */
function discrepancy(
  a: FeatureRows,
  ofA: readonly number[],
  b: FeatureRows,
  ofB: readonly number[],
): number {
  const m = ofA.length;
  let [withinA, withinB, between] = [0, 0, 0];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      if (j !== i) {
        withinA += kernel(a, ofA[i]!, a, ofA[j]!);
        withinB += kernel(b, ofB[i]!, b, ofB[j]!);
      }
      between += kernel(a, ofA[i]!, b, ofB[j]!);
    }
  }
  return (withinA + withinB) / (m * (m - 1)) - 2 * between / (m * m);
}

function kernel(a: FeatureRows, i: number, b: FeatureRows, j: number): number {
  const D = a.dimension;
  let product = 0;
  for (let k = 0; k < D; k++) {
    product += a.values[i * D + k]! * b.values[j * D + k]!;
  }
  return (product / D + 1) ** 3;
}
