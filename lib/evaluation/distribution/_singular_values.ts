/**
 * Nuclear norm of a matrix, the sum of its singular values, in float64.
 *
 * Householder reflections bring the matrix to bidiagonal form. Its singular
 * values are the positive eigenvalues of a symmetric tridiagonal matrix with a
 * zero diagonal, which implicit QL steps find (Golub and Kahan 1965). The
 * matrix is never multiplied by itself, so small values keep their digits.
 *
 * @param matrix `[rows,columns]`, row-major, rows >= columns; it is overwritten.
 * @throws {RangeError} if the squares of the singular values do not sum to
 *   those of the elements
 */
export function nuclearNorm(
  matrix: Float64Array,
  rows: number,
  columns: number,
): number {
  if (columns === 0) return 0;
  const squares = matrix.reduce((sum, x) => sum + x * x, 0);
  const { diagonal, beside } = bidiagonalise(matrix, rows, columns);
  // [d0, e0, d1, e1, ..., d_last]: the off-diagonal of the tridiagonal matrix.
  const offDiagonal = new Float64Array(2 * columns);
  for (let i = 0; i < columns; i++) {
    offDiagonal[2 * i] = diagonal[i]!;
    offDiagonal[2 * i + 1] = i + 1 < columns ? beside[i]! : 0;
  }
  const eigenvalues = tridiagonalEigenvalues(
    new Float64Array(2 * columns),
    offDiagonal,
  );
  // Eigenvalues come in pairs of both signs.
  const norm = eigenvalues.reduce((sum, x) => sum + Math.abs(x), 0) / 2;
  const found = eigenvalues.reduce((sum, x) => sum + x * x, 0) / 2;
  if (!(Math.abs(found - squares) <= 1e-9 * squares)) {
    throw new RangeError(
      `Cannot take the root of a product of covariances: the squares of its ` +
        `singular values must sum to ${squares}: current sum is ${found}`,
    );
  }
  return norm;
}

/** The two diagonals of `U^T A V`; A is overwritten. */
function bidiagonalise(
  a: Float64Array,
  rows: number,
  columns: number,
): { diagonal: Float64Array; beside: Float64Array } {
  const diagonal = new Float64Array(columns);
  const beside = new Float64Array(columns);
  const sums = new Float64Array(columns);
  for (let k = 0; k < columns; k++) {
    diagonal[k] = reflectRows(a, rows, columns, k, sums);
    if (k + 1 < columns) beside[k] = reflectColumns(a, rows, columns, k);
  }
  return { diagonal, beside };
}

/** Clears column k below the diagonal; returns the diagonal element. */
function reflectRows(
  a: Float64Array,
  rows: number,
  columns: number,
  k: number,
  sums: Float64Array,
): number {
  let square = 0;
  for (let i = k; i < rows; i++) square += a[i * columns + k]! ** 2;
  const head = a[k * columns + k]!;
  const left = head > 0 ? -Math.sqrt(square) : Math.sqrt(square);
  if (left === 0) return 0;
  a[k * columns + k] = head - left;
  const scale = 1 / (left * (left - head)); // 2 / |v|^2
  sums.fill(0);
  for (let i = k; i < rows; i++) {
    const v = a[i * columns + k]!;
    for (let j = k + 1; j < columns; j++) sums[j]! += v * a[i * columns + j]!;
  }
  for (let i = k; i < rows; i++) {
    const v = a[i * columns + k]! * scale;
    for (let j = k + 1; j < columns; j++) a[i * columns + j]! -= v * sums[j]!;
  }
  return left;
}

/** Clears row k beyond the second diagonal; returns its element. */
function reflectColumns(
  a: Float64Array,
  rows: number,
  columns: number,
  k: number,
): number {
  const row = k * columns;
  let square = 0;
  for (let j = k + 1; j < columns; j++) square += a[row + j]! ** 2;
  const head = a[row + k + 1]!;
  const left = head > 0 ? -Math.sqrt(square) : Math.sqrt(square);
  if (left === 0) return 0;
  a[row + k + 1] = head - left;
  const scale = 1 / (left * (left - head));
  for (let i = k + 1; i < rows; i++) {
    let sum = 0;
    for (let j = k + 1; j < columns; j++) {
      sum += a[row + j]! * a[i * columns + j]!;
    }
    sum *= scale;
    for (let j = k + 1; j < columns; j++) {
      a[i * columns + j]! -= sum * a[row + j]!;
    }
  }
  return left;
}

/** QL steps for one eigenvalue before it counts as diverged; 2 or 3 are usual. */
const MAX_STEPS = 60;

/**
 * Eigenvalues of a symmetric tridiagonal matrix, in no order, by QL steps with
 * Wilkinson's shift (Bowdler et al. 1968, procedure tql1).
 *
 * @param d Diagonal, `[n]`; overwritten by the result.
 * @param e Beside it, `[n]`: e[i] joins i and i + 1, the last is 0; overwritten.
 */
function tridiagonalEigenvalues(
  d: Float64Array,
  e: Float64Array,
): Float64Array {
  const n = d.length;
  let largest = 0;
  for (let i = 0; i < n; i++) {
    largest = Math.max(largest, Math.abs(d[i]!) + Math.abs(e[i]!));
  }
  const negligible = Number.EPSILON * largest;
  for (let l = 0; l < n; l++) {
    for (let step = 0;; step++) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]!) > negligible) m++;
      if (m === l) break;
      if (step === MAX_STEPS) {
        throw new RangeError(
          `Cannot find the eigenvalues of a matrix: each must converge in ` +
            `${MAX_STEPS} steps: number ${l} of ${n} has not`,
        );
      }
      qlStep(d, e, l, m);
    }
  }
  return d;
}

/** One step on rows l to m of the matrix. */
function qlStep(
  d: Float64Array,
  e: Float64Array,
  l: number,
  m: number,
): void {
  const half = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  const root = Math.hypot(half, 1);
  let g = d[m]! - d[l]! + e[l]! / (half + (half >= 0 ? root : -root));
  let [sine, cosine, p] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = sine * e[i]!;
    const b = cosine * e[i]!;
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1]! -= p;
      e[m] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = d[i + 1]! - p;
    const t = (d[i]! - g) * sine + 2 * cosine * b;
    p = sine * t;
    d[i + 1] = g + p;
    g = cosine * t - b;
  }
  d[l]! -= p;
  e[l] = g;
  e[m] = 0;
}
