/** A factor F of a matrix: `F F^T`. */
export interface Factor {
  /** `[D,R]`, row-major. */
  readonly values: Float64Array;
  /** R: the rank, within the precision of float64. */
  readonly rank: number;
}

/**
 * Cholesky factor of a covariance, also of one without full rank (fewer rows
 * than features): elimination with the largest remainder first, until only
 * rounding remains (Higham 1990, "Analysis of the Cholesky decomposition of a
 * semi-definite matrix").
 *
 * @param matrix `[D,D]`, row-major, symmetric.
 * @throws {RangeError} if it is not symmetric or has a negative eigenvalue
 *   beyond rounding
 */
export function factorOf(matrix: Float64Array, dimension: number): Factor {
  const D = dimension;
  checkSymmetric(matrix, D);
  const rest = matrix.slice();
  const columns: Float64Array[] = [];
  const largest = maximumOnDiagonal(rest, D);
  const tolerance = D * Number.EPSILON * largest.value;
  while (columns.length < D) {
    const { at, value } = maximumOnDiagonal(rest, D);
    if (value <= tolerance) break;
    const root = Math.sqrt(value);
    const column = new Float64Array(D);
    for (let i = 0; i < D; i++) column[i] = rest[i * D + at]! / root;
    for (let i = 0; i < D; i++) {
      const factor = column[i]!;
      if (factor === 0) continue;
      for (let j = 0; j < D; j++) rest[i * D + j]! -= factor * column[j]!;
    }
    // Exact zeros, so that rounding never chooses this column again.
    for (let i = 0; i < D; i++) rest[i * D + at] = rest[at * D + i] = 0;
    columns.push(column);
  }
  for (let i = 0; i < D; i++) {
    if (rest[i * D + i]! >= -100 * tolerance) continue;
    throw new RangeError(
      `Cannot take the root of a covariance: it must have no negative ` +
        `eigenvalue: current remainder at ${i} is ${rest[i * D + i]}`,
    );
  }
  const rank = columns.length;
  const values = new Float64Array(D * rank);
  columns.forEach((column, j) => {
    for (let i = 0; i < D; i++) values[i * rank + j] = column[i]!;
  });
  return { values, rank };
}

function maximumOnDiagonal(
  matrix: Float64Array,
  D: number,
): { at: number; value: number } {
  let at = 0;
  for (let i = 1; i < D; i++) {
    if (matrix[i * D + i]! > matrix[at * D + at]!) at = i;
  }
  return { at, value: matrix[at * D + at]! };
}

function checkSymmetric(matrix: Float64Array, D: number): void {
  for (let i = 0; i < D; i++) {
    for (let j = i; j < D; j++) {
      const [a, b] = [matrix[i * D + j]!, matrix[j * D + i]!];
      // `<=` and continue, so that NaN fails as well.
      if (Math.abs(a - b) <= 1e-9 * (Math.abs(a) + Math.abs(b))) continue;
      throw new RangeError(
        `Cannot take the root of a covariance: it must be symmetric and ` +
          `finite: current values at ${i},${j} and ${j},${i} are ${a} and ${b}`,
      );
    }
  }
}
