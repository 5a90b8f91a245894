import type { FeatureRows } from "../distribution/mod.ts";

/** A row and the nearest one of a training set. */
interface NearestRow {
  readonly clip: number;
  readonly training: number;
  /** Root mean square difference, in standard deviations of the training rows. */
  readonly distance: number;
}

/** Least standard deviation of a feature, as a share of the mean one: dead features do not count. */
const LEAST = 1e-3;

/**
 * The nearest training row of each row. Each feature is measured in its standard
 * deviations over the training rows, so that none outweighs the others: 0 is a
 * copy, and two training rows that have nothing in common lie about 1.4 apart.
 *
 * @param training At least 2 rows.
 * @throws {RangeError} if there are fewer training rows, or they are all equal
 */
export function nearestRows(
  rows: FeatureRows,
  training: FeatureRows,
): NearestRow[] {
  const scales = scalesOf(training);
  const D = rows.dimension;
  return Array.from({ length: rows.count }, (_, clip) => {
    let [nearest, least] = [0, Infinity];
    for (let i = 0; i < training.count; i++) {
      let sum = 0;
      for (let k = 0; k < D && sum < least; k++) {
        const difference = (rows.values[clip * D + k]! -
          training.values[i * D + k]!) * scales[k]!;
        sum += difference * difference;
      }
      if (sum < least) [nearest, least] = [i, sum];
    }
    return { clip, training: nearest, distance: Math.sqrt(least / D) };
  });
}

/** `[D]`: 1 over the standard deviation of each feature; 0 for those that never change. */
function scalesOf({ count, dimension, values }: FeatureRows): Float64Array {
  const deviations = Float64Array.from({ length: dimension }, (_, k) => {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < count; i++) sum += values[i * dimension + k]!;
    for (let i = 0; i < count; i++) {
      squares += (values[i * dimension + k]! - sum / count) ** 2;
    }
    return Math.sqrt(squares / (count - 1));
  });
  const mean = deviations.reduce((sum, x) => sum + x, 0) / dimension;
  if (!(mean > 0)) {
    throw new RangeError(
      `Cannot find nearest training clips: there must be 2 or more that ` +
        `differ: current count is ${count}`,
    );
  }
  return deviations.map((x) => (x > LEAST * mean ? 1 / x : 0));
}

/** The value below which a share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
}
