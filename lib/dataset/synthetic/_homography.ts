/** A map of the plane by a 3x3 matrix, row-major. */
export type Homography = readonly [
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

/** The inverse, by cofactors. */
export function inverse(m: Homography): Homography {
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

/** Maps a point; undefined behind the camera. */
export function project(
  [a, b, c, d, e, f, g, h, i]: Homography,
  x: number,
  y: number,
): [number, number] | undefined {
  const w = g * x + h * y + i;
  return w <= 1e-6
    ? undefined
    : [(a * x + b * y + c) / w, (d * x + e * y + f) / w];
}

/**
 * The scale of areas at a point: the absolute determinant of the Jacobian.
 */
export function areaScale(m: Homography, x: number, y: number): number {
  const [a, b, c, d, e, f, g, h, i] = m;
  const w = g * x + h * y + i;
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) +
    c * (d * h - e * g);
  return Math.abs(determinant / (w * w * w));
}
