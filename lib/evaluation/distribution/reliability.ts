import type { Rng } from "../../core/mod.ts";
import type { FeatureRows } from "./feature_statistics.ts";
import { frechetDistanceOfRows } from "./frechet_of_rows.ts";

/**
 * Bootstrap spread of a Fréchet distance: its standard deviation over pairs of
 * sets drawn with replacement from both (Efron 1979). The mean over the pairs
 * is no better estimate of the distance: drawing a row twice adds bias.
 *
 * @param replicates Pairs, at least 2.
 */
export function bootstrapSpread(
  a: FeatureRows,
  b: FeatureRows,
  replicates: number,
  rng: Rng,
): number {
  const draw = (rows: FeatureRows): number[] =>
    Array.from({ length: rows.count }, () => rng.integer(rows.count));
  const values = Array.from(
    { length: replicates },
    () => frechetDistanceOfRows(a, draw(a), b, draw(b)),
  );
  return deviationOf(values);
}

/** The distance with n clips of each set. */
export interface CurvePoint {
  readonly n: number;
  /** Mean over the draws of n. */
  readonly value: number;
}

/** A Fréchet distance against the number of clips, and its extrapolation. */
export interface FrechetCurve {
  /** From few clips to as many as both sets have. */
  readonly points: readonly CurvePoint[];
  /** Value at n = infinity of the line through value against 1 / n. */
  readonly limit: number;
  /** Standard error of the limit, from the residuals of the line. */
  readonly limitError: number;
}

/** Points of a curve. */
const POINTS = 10;

/**
 * The distance against the number of clips, and its limit.
 *
 * The bias of the distance is proportional to 1 / n to first order, so the
 * intercept of a line through values at several n is free of it (Chong and
 * Forsyth 2020, "Effectively Unbiased FID and Inception Score", arXiv
 * 1911.07023, who vary one set; here both are drawn, as both are finite).
 *
 * @param draws Subsets at the largest n, at least 1; twice as many at half of it.
 * @throws {RangeError} if a set has fewer than 8 rows
 */
export function frechetCurve(
  a: FeatureRows,
  b: FeatureRows,
  draws: number,
  rng: Rng,
): FrechetCurve {
  const most = Math.min(a.count, b.count);
  if (most < 8) {
    throw new RangeError(
      `Cannot draw a curve: both sets must have at least 8 rows: ` +
        `current counts are ${a.count} and ${b.count}`,
    );
  }
  const points = sizesUpTo(most).map((n) => {
    // Small subsets vary more, and there are more of them that share no row.
    const count = n === most ? 1 : draws * Math.round(most / n);
    const values = Array.from({ length: count }, () =>
      frechetDistanceOfRows(
        a,
        subset(a.count, n, rng),
        b,
        subset(b.count, n, rng),
      ));
    return { n, value: meanOf(values) };
  });
  return { points, ...lineAtInfinity(points) };
}

/** Evenly spaced in 1 / n, from a quarter of the rows up: where the bias is 1 / n. */
function sizesUpTo(most: number): number[] {
  const least = Math.max(4, Math.round(most / 4));
  const sizes = Array.from({ length: POINTS }, (_, i) => {
    const share = i / (POINTS - 1);
    return Math.round(1 / ((1 - share) / least + share / most));
  });
  return [...new Set(sizes)];
}

/** Least squares of value against 1 / n, taken at 1 / n = 0. */
function lineAtInfinity(
  points: readonly CurvePoint[],
): { limit: number; limitError: number } {
  const xs = points.map(({ n }) => 1 / n);
  const ys = points.map(({ value }) => value);
  const [x, y] = [meanOf(xs), meanOf(ys)];
  const spread = xs.reduce((sum, xi) => sum + (xi - x) ** 2, 0);
  const slope = xs.reduce((sum, xi, i) => sum + (xi - x) * (ys[i]! - y), 0) /
    spread;
  const limit = y - slope * x;
  const squares = xs.reduce(
    (sum, xi, i) => sum + (ys[i]! - limit - slope * xi) ** 2,
    0,
  );
  const variance = squares / Math.max(1, xs.length - 2);
  return {
    limit,
    limitError: Math.sqrt(variance * (1 / xs.length + x * x / spread)),
  };
}

/** n different whole numbers below count, in random order (Fisher and Yates). */
export function subset(count: number, n: number, rng: Rng): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  for (let i = 0; i < n; i++) {
    const j = i + rng.integer(count - i);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all.slice(0, n);
}

/** Mean. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

/** Standard deviation, with n - 1. */
export function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
