/** Counts of values in bins of equal width. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Upper end of each bin, rising. */
  readonly limits: readonly number[];
  /** Values in each bin. */
  readonly counts: readonly number[];
}

/** As many as TensorFlow's own writer makes. */
const BINS = 30;

/**
 * Counts values in 30 bins; NaN and infinities are left out.
 */
export function histogramOf(values: Iterable<number>): Histogram {
  const finite = Float64Array.from(values).filter(Number.isFinite);
  let [min, max, sum, sumOfSquares] = [Infinity, -Infinity, 0, 0];
  for (const value of finite) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    sumOfSquares += value ** 2;
  }
  if (finite.length === 0) [min, max] = [0, 0];
  // Equal values still need a bin with a width.
  const width = (max > min ? max - min : 1) / BINS;
  const counts = new Array<number>(BINS).fill(0);
  for (const value of finite) {
    counts[Math.min(BINS - 1, Math.floor((value - min) / width))]!++;
  }
  return {
    min,
    max,
    count: finite.length,
    sum,
    sumOfSquares,
    limits: counts.map((_, i) =>
      i === BINS - 1 && max > min ? max : min + (i + 1) * width
    ),
    counts,
  };
}
