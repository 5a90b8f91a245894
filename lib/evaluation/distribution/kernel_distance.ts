import type { FeatureRows } from "./feature_statistics.ts";

/** A kernel distance with its standard error. */
export interface KernelDistance {
  /** Squared maximum mean discrepancy; may be negative by chance. */
  readonly value: number;
  /**
   * Jackknife standard error, null for sets of 2 rows; too large by about
   * sqrt(2) where the distributions are equal.
   */
  readonly error: number | null;
}

/** Most rows of a set in a block: time grows with their square. */
const MAX_ROWS = 1024;

/**
 * Kernel distance: the unbiased estimate of the squared maximum mean
 * discrepancy with the kernel `(x y / D + 1)^3` (Gretton et al. 2012, lemma 6;
 * Bińkowski et al. 2018, "Demystifying MMD GANs", arXiv 1801.01401).
 *
 * Unlike a Fréchet distance it has no bias at small n: sets of one
 * distribution give 0 on average, however few clips there are. Every row is
 * used, also of sets of unequal size. Sets of more than 1,024 rows are dealt
 * out into blocks, and the value is the mean over them.
 *
 * @throws {TypeError} if the dimensions differ
 * @throws {RangeError} if a set has fewer than 2 rows
 *
 * @example
 * ```ts
 * import { kernelDistance } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const rows = (...values: number[]) => ({
 *   count: values.length,
 *   dimension: 1,
 *   values: Float32Array.from(values),
 * });
 * // Kernels within: (1 * 1 + 1)^3 = 8 and (0 + 1)^3 = 1; between: 1.
 * const { value } = kernelDistance(rows(1, 1), rows(0, 0));
 * assert.equal(value, 8 + 1 - 2 * 1);
 * ```
 */
export function kernelDistance(
  a: FeatureRows,
  b: FeatureRows,
): KernelDistance {
  if (a.dimension !== b.dimension) {
    throw new TypeError(
      `Cannot compare rows: dimensions must be the same: ` +
        `current values are ${a.dimension} and ${b.dimension}`,
    );
  }
  if (Math.min(a.count, b.count) < 2) {
    throw new RangeError(
      `Cannot take a kernel distance: both sets must have at least 2 rows: ` +
        `current counts are ${a.count} and ${b.count}`,
    );
  }
  const wanted = Math.ceil(Math.max(a.count, b.count) / MAX_ROWS);
  const blocks = Math.min(wanted, Math.min(a.count, b.count) >> 1);
  let [value, variance] = [0, 0];
  for (let block = 0; block < blocks; block++) {
    const part = discrepancy(
      rowsOfBlock(a, block, blocks),
      rowsOfBlock(b, block, blocks),
    );
    value += part.value / blocks;
    variance += part.variance / blocks ** 2;
  }
  return { value, error: Number.isNaN(variance) ? null : Math.sqrt(variance) };
}

/** Every `blocks`-th row, so that sorted sets are split alike. */
function rowsOfBlock(
  { count, dimension, values }: FeatureRows,
  block: number,
  blocks: number,
): Float32Array[] {
  const rows = [];
  for (let i = block; i < count; i += blocks) {
    rows.push(values.subarray(i * dimension, (i + 1) * dimension));
  }
  return rows;
}

/** The unbiased estimate, and its variance by leaving out each row in turn. */
function discrepancy(
  a: readonly Float32Array[],
  b: readonly Float32Array[],
): { value: number; variance: number } {
  const [m, n] = [a.length, b.length];
  // Sums of the kernel of each row with the other rows of its own set, and of the other set.
  const [ownA, ownB] = [sumsWithin(a), sumsWithin(b)];
  const [otherA, otherB] = [new Float64Array(m), new Float64Array(n)];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const k = kernel(a[i]!, b[j]!);
      otherA[i]! += k;
      otherB[j]! += k;
    }
  }
  const [withinA, withinB] = [sumOf(ownA), sumOf(ownB)];
  const between = sumOf(otherA);
  const estimate = (
    [inA, rowsA]: readonly [number, number],
    [inB, rowsB]: readonly [number, number],
    across: number,
  ): number =>
    inA / (rowsA * (rowsA - 1)) + inB / (rowsB * (rowsB - 1)) -
    2 * across / (rowsA * rowsB);
  const withoutA = (i: number): number =>
    estimate(
      [withinA - 2 * ownA[i]!, m - 1],
      [withinB, n],
      between - otherA[i]!,
    );
  const withoutB = (j: number): number =>
    estimate(
      [withinA, m],
      [withinB - 2 * ownB[j]!, n - 1],
      between - otherB[j]!,
    );
  return {
    value: estimate([withinA, m], [withinB, n], between),
    variance: jackknife(m, withoutA) + jackknife(n, withoutB),
  };
}

/** `[n]`: sums of the kernel of each row with all others. */
function sumsWithin(rows: readonly Float32Array[]): Float64Array {
  const sums = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < i; j++) {
      const k = kernel(rows[i]!, rows[j]!);
      sums[i]! += k;
      sums[j]! += k;
    }
  }
  return sums;
}

/** Variance of an estimate by its values without each of n rows (Efron and Stein 1981). */
function jackknife(n: number, without: (i: number) => number): number {
  if (n < 3) return NaN;
  const values = Float64Array.from({ length: n }, (_, i) => without(i));
  const mean = sumOf(values) / n;
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return (n - 1) / n * squares;
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, x) => sum + x, 0);
}

function kernel(x: Float32Array, y: Float32Array): number {
  let product = 0;
  for (let k = 0; k < x.length; k++) product += x[k]! * y[k]!;
  return (product / x.length + 1) ** 3;
}
