import type { FeatureRows } from "../distribution/mod.ts";

/** Tells the class of a row of features. */
export interface Judge {
  /** Classes, as many as have a mean. */
  readonly classes: readonly string[];
  classOf(row: ArrayLike<number>): string;
}

/** Least deviation of a feature, as a share of the mean one: features that never change do not count. */
const LEAST = 1e-9;

/**
 * A judge by the nearest class mean: each feature is measured in its standard
 * deviations within the classes (linear discriminant analysis with a diagonal
 * covariance: Hastie et al. 2009, The Elements of Statistical Learning, section
 * 4.3). It has no setting, so that what it was made for cannot be tuned to it.
 *
 * @param rows Features of labelled clips.
 * @param labels Class of each row; rows without one do not count.
 * @returns undefined with fewer than 2 classes
 *
 * @example
 * ```ts
 * import { nearestMeanJudge } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const values = Float32Array.from([1, 1.2, 5, 5.2]);
 * const rows = { count: 4, dimension: 1, values };
 * const judge = nearestMeanJudge(rows, ["low", "low", "high", "high"])!;
 * assert.equal(judge.classOf([2]), "low");
 * ```
 */
export function nearestMeanJudge(
  { count, dimension, values }: FeatureRows,
  labels: readonly (string | undefined)[],
): Judge | undefined {
  const classes = [...new Set(labels.filter((label) => label !== undefined))];
  if (classes.length < 2) return undefined;
  const means = classes.map(() => new Float64Array(dimension));
  const counts = classes.map(() => 0);
  const classAt = (i: number) => classes.indexOf(labels[i]!);
  for (let i = 0; i < count; i++) {
    const k = classAt(i);
    if (k < 0) continue;
    counts[k]!++;
    for (let d = 0; d < dimension; d++) {
      means[k]![d]! += values[i * dimension + d]!;
    }
  }
  means.forEach((mean, k) =>
    mean.forEach((sum, d) => mean[d] = sum / counts[k]!)
  );
  const squares = new Float64Array(dimension);
  for (let i = 0; i < count; i++) {
    const k = classAt(i);
    if (k < 0) continue;
    for (let d = 0; d < dimension; d++) {
      squares[d]! += (values[i * dimension + d]! - means[k]![d]!) ** 2;
    }
  }
  const mean = squares.reduce((sum, x) => sum + x, 0) / dimension;
  const weights = squares.map((sum) => sum > LEAST * mean ? 1 / sum : 0);
  return {
    classes,
    classOf(row) {
      const distances = means.map((mean) =>
        weights.reduce(
          (sum, weight, d) => sum + weight * (row[d]! - mean[d]!) ** 2,
          0,
        )
      );
      return classes[distances.indexOf(Math.min(...distances))]!;
    },
  };
}
