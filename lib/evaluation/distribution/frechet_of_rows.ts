import { nuclearNorm } from "./_singular_values.ts";
import { type FeatureRows, momentsOfRows } from "./feature_statistics.ts";
import { frechetDistance } from "./frechet.ts";

/**
 * Squared Fréchet distance of two sets of rows, as {@link frechetDistance} of
 * their moments.
 *
 * Fewer rows than features need no covariance: the centred rows over
 * `sqrt(n - 1)` are a factor of it, so the time grows with the features and not
 * with their square.
 *
 * @param ofA,ofB Indices of the rows that count, at least 2; one may occur more
 *   than once.
 */
export function frechetDistanceOfRows(
  a: FeatureRows,
  ofA: readonly number[],
  b: FeatureRows,
  ofB: readonly number[],
): number {
  if (Math.max(ofA.length, ofB.length) >= a.dimension) {
    return frechetDistance(momentsOfRows(a, ofA), momentsOfRows(b, ofB));
  }
  const [f, g] = [centred(a, ofA), centred(b, ofB)]
    .toSorted((x, y) => y.rows.length - x.rows.length) as [Centred, Centred];
  const product = new Float64Array(f.rows.length * g.rows.length);
  f.rows.forEach((x, i) =>
    g.rows.forEach((y, j) => product[i * g.rows.length + j] = dot(x, y))
  );
  const squares = f.mean.reduce((sum, m, k) => sum + (m - g.mean[k]!) ** 2, 0);
  const traces = [...f.rows, ...g.rows].reduce((sum, x) => sum + dot(x, x), 0);
  return squares + traces -
    2 * nuclearNorm(product, f.rows.length, g.rows.length);
}

/** Mean of rows, and their deviations from it over `sqrt(n - 1)`. */
interface Centred {
  /** `[D]`. */
  readonly mean: Float64Array;
  /** `[D]` each. */
  readonly rows: readonly Float64Array[];
}

function centred(
  { dimension: D, values }: FeatureRows,
  indices: readonly number[],
): Centred {
  const mean = new Float64Array(D);
  for (const i of indices) {
    for (let k = 0; k < D; k++) mean[k]! += values[i * D + k]! / indices.length;
  }
  const scale = 1 / Math.sqrt(indices.length - 1);
  const rows = indices.map((i) =>
    mean.map((m, k) => (values[i * D + k]! - m) * scale)
  );
  return { mean, rows };
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += x[k]! * y[k]!;
  return sum;
}
