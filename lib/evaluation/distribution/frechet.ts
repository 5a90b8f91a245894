import { type Factor, factorOf } from "./_factor.ts";
import { nuclearNorm } from "./_singular_values.ts";
import type { Moments } from "./moments.ts";

/**
 * Squared Fréchet distance of two normal distributions, in float64:
 * `|m1 - m2|^2 + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2)` (Dowson and Landau 1982;
 * Heusel et al. 2017, arXiv 1706.08500, for images; Unterthiner et al. 2018,
 * arXiv 1812.01717, for video).
 *
 * With `S = F F^T`, the trace of the root is the sum of the singular values of
 * `F1^T F2`. So covariances are never multiplied, no imaginary part is dropped,
 * no epsilon is added to a diagonal, and covariances of fewer rows than
 * features need no special case.
 *
 * @returns The distance, 0 for equal moments (within rounding, which may leave
 *   a negative 1e-12 of the traces).
 * @throws {TypeError} if the dimensions differ
 * @throws {RangeError} if a covariance is not symmetric, not finite or has a
 *   negative eigenvalue
 *
 * @example
 * ```ts
 * import { frechetDistance } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const normal = (mean: number, variance: number) => ({
 *   count: 100,
 *   mean: Float64Array.of(mean),
 *   covariance: Float64Array.of(variance),
 * });
 * // One dimension: (m1 - m2)^2 + (s1 - s2)^2.
 * assert.equal(frechetDistance(normal(0, 4), normal(3, 1)), 10);
 * ```
 */
export function frechetDistance(a: Moments, b: Moments): number {
  const D = a.mean.length;
  if (b.mean.length !== D) {
    throw new TypeError(
      `Cannot compare moments: dimensions must be the same: ` +
        `current values are ${D} and ${b.mean.length}`,
    );
  }
  let distance = 0;
  for (let i = 0; i < D; i++) {
    distance += (a.mean[i]! - b.mean[i]!) ** 2 +
      a.covariance[i * D + i]! + b.covariance[i * D + i]!;
  }
  return distance - 2 * traceOfRoot(a.covariance, b.covariance, D);
}

/** `tr (S1 S2)^(1/2)`. */
function traceOfRoot(
  a: Float64Array,
  b: Float64Array,
  D: number,
): number {
  // The larger rank first: the transposed product has the same singular values.
  const [f, g] = [factorOf(a, D), factorOf(b, D)]
    .toSorted((x, y) => y.rank - x.rank) as [Factor, Factor];
  const product = new Float64Array(f.rank * g.rank); // F^T G
  for (let k = 0; k < D; k++) {
    for (let i = 0; i < f.rank; i++) {
      const left = f.values[k * f.rank + i]!;
      if (left === 0) continue;
      for (let j = 0; j < g.rank; j++) {
        product[i * g.rank + j]! += left * g.values[k * g.rank + j]!;
      }
    }
  }
  return nuclearNorm(product, f.rank, g.rank);
}
