import type { Rng } from "../../core/mod.ts";
import {
  distributionDistance,
  type FeatureRows,
  type FeatureSummary,
  frechetDistanceOfRows,
  kernelDistance,
  metricOf,
  subset,
} from "../distribution/mod.ts";
import type { HeldOutResult } from "./result.ts";

/** Distances of one half of the real clips from the other. */
type Floor = HeldOutResult["floor"][number];
/** Distances of a set from the real clips. */
type SetDistance = NonNullable<HeldOutResult["distances"]["generated"]>[number];

/** Places of the clips of two halves, drawn at random; of an odd number one is left out. */
export type Halves = readonly [
  one: readonly number[],
  other: readonly number[],
];

/** Draws halves of n clips. */
export function halvesOf(n: number, rng: Rng): Halves {
  const order = subset(n, n, rng);
  const half = n >> 1;
  return [order.slice(0, half), order.slice(half, 2 * half)];
}

/** Distances of the real clips of one half from those of the other. */
export function floorOf(
  { rows, setting }: FeatureSummary,
  [one, other]: Halves,
): Floor {
  return {
    metric: metricOf(setting),
    ...halfFromHalf(rows, one, rows, other),
    clips: one.length,
  };
}

/**
 * Distances of a set from the real clips.
 *
 * @param set Best of as many clips, each made for the real one of its place.
 */
export function distanceFrom(
  real: FeatureSummary,
  set: FeatureSummary,
  [one, other]: Halves,
  rng: Rng,
): SetDistance {
  const { metric, frechet, spread, curve, kernel, warnings } =
    distributionDistance(set, real, rng);
  return {
    metric,
    frechet,
    spread,
    limit: curve && { value: curve.limit, error: curve.limitError },
    kernel,
    ofHalf: set.rows.count < real.rows.count
      ? null
      : halfFromHalf(set.rows, one, real.rows, other),
    warnings: [...warnings],
  };
}

function halfFromHalf(
  a: FeatureRows,
  one: readonly number[],
  b: FeatureRows,
  other: readonly number[],
): Pick<Floor, "frechet" | "kernel"> {
  return {
    frechet: frechetDistanceOfRows(a, one, b, other),
    kernel: kernelDistance(chosen(a, one), chosen(b, other)),
  };
}

function chosen(
  { dimension, values }: FeatureRows,
  indices: readonly number[],
): FeatureRows {
  const rows = new Float32Array(indices.length * dimension);
  indices.forEach((i, place) =>
    rows.set(
      values.subarray(i * dimension, (i + 1) * dimension),
      place * dimension,
    )
  );
  return { count: indices.length, dimension, values: rows };
}
