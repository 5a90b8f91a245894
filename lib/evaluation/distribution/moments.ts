/** Mean and covariance of features, in float64. */
export interface Moments {
  /** Rows, n. */
  readonly count: number;
  /** `[D]`. */
  readonly mean: Float64Array;
  /** `[D,D]`, row-major, with n - 1 in the denominator; zeros when n < 2. */
  readonly covariance: Float64Array;
}

/**
 * Mean and covariance of rows in one pass: memory does not grow with their
 * number. Welford's update (Technometrics 1962) in float64: sums of squares
 * would lose the digits that Fréchet distances need.
 */
export class RunningMoments {
  readonly dimension: number;
  #count = 0;
  readonly #mean: Float64Array;
  /** Sum of products of deviations; only the upper triangle is updated. */
  readonly #scatter: Float64Array;
  readonly #before: Float64Array;
  readonly #after: Float64Array;

  /** @param dimension Features of a row, D. */
  constructor(dimension: number) {
    this.dimension = dimension;
    this.#mean = new Float64Array(dimension);
    this.#scatter = new Float64Array(dimension * dimension);
    this.#before = new Float64Array(dimension);
    this.#after = new Float64Array(dimension);
  }

  /**
   * Adds one row, `[D]`.
   *
   * @throws {TypeError} if it has another length
   * @throws {RangeError} if one of its values is not finite
   */
  add(row: ArrayLike<number>): void {
    const D = this.dimension;
    checkRow(row, D);
    this.#count++;
    const [mean, before, after] = [this.#mean, this.#before, this.#after];
    for (let i = 0; i < D; i++) {
      before[i] = row[i]! - mean[i]!;
      mean[i]! += before[i]! / this.#count;
      after[i] = row[i]! - mean[i]!;
    }
    const scatter = this.#scatter;
    for (let i = 0; i < D; i++) {
      const factor = before[i]!;
      for (let j = i; j < D; j++) scatter[i * D + j]! += factor * after[j]!;
    }
  }

  /** Moments of the rows so far; a copy. */
  get moments(): Moments {
    const D = this.dimension;
    const covariance = new Float64Array(D * D);
    const denominator = Math.max(1, this.#count - 1);
    for (let i = 0; i < D; i++) {
      for (let j = i; j < D; j++) {
        const value = this.#scatter[i * D + j]! / denominator;
        covariance[i * D + j] = value;
        covariance[j * D + i] = value;
      }
    }
    return { count: this.#count, mean: this.#mean.slice(), covariance };
  }
}

function checkRow(row: ArrayLike<number>, dimension: number): void {
  if (row.length !== dimension) {
    throw new TypeError(
      `Cannot add a row to moments: it must have ${dimension} values: ` +
        `current count is ${row.length}`,
    );
  }
  for (let i = 0; i < dimension; i++) {
    if (Number.isFinite(row[i])) continue;
    throw new RangeError(
      `Cannot add a row to moments: its values must be finite: ` +
        `current value at ${i} is ${row[i]}`,
    );
  }
}
