/** A 3x3 matrix, row-major. */
export type Matrix = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

/** The product `a b`: first b, then a. */
export function product(a: Matrix, b: Matrix): Matrix {
  const [a0, a1, a2, a3, a4, a5, a6, a7, a8] = a;
  const [b0, b1, b2, b3, b4, b5, b6, b7, b8] = b;
  return [
    a0 * b0 + a1 * b3 + a2 * b6,
    a0 * b1 + a1 * b4 + a2 * b7,
    a0 * b2 + a1 * b5 + a2 * b8,
    a3 * b0 + a4 * b3 + a5 * b6,
    a3 * b1 + a4 * b4 + a5 * b7,
    a3 * b2 + a4 * b5 + a5 * b8,
    a6 * b0 + a7 * b3 + a8 * b6,
    a6 * b1 + a7 * b4 + a8 * b7,
    a6 * b2 + a7 * b5 + a8 * b8,
  ];
}

/** The inverse, by cofactors. */
export function inverse(m: Matrix): Matrix {
  const [a, b, c, d, e, f, g, h, i] = m;
  const [A, B, C] = [e * i - f * h, f * g - d * i, d * h - e * g];
  const k = 1 / (a * A + b * B + c * C);
  return [
    A * k,
    (c * h - b * i) * k,
    (b * f - c * e) * k,
    B * k,
    (a * i - c * g) * k,
    (c * d - a * f) * k,
    C * k,
    (b * g - a * h) * k,
    (a * e - b * d) * k,
  ];
}

/** Where a matrix takes a point of the plane; undefined from behind the eye. */
export function project(
  [a, b, c, d, e, f, g, h, i]: Matrix,
  x: number,
  y: number,
): [number, number] | undefined {
  const w = g * x + h * y + i;
  return w <= 1e-6
    ? undefined
    : [(a * x + b * y + c) / w, (d * x + e * y + f) / w];
}

/**
 * How many times larger areas become at a point of the plane: the determinant
 * of the derivative there.
 */
export function enlargement(m: Matrix, x: number, y: number): number {
  const [a, b, c, d, e, f, g, h, i] = m;
  const w = g * x + h * y + i;
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) +
    c * (d * h - e * g);
  return Math.abs(determinant / (w * w * w));
}
