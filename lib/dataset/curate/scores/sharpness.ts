import type { Plane } from "../flow/plane.ts";

/**
 * Sharpness: the variance of the Laplacian (Pech-Pacheco et al. 2000), luma
 * squared. It depends on the size, so compare frames of about the same number of
 * pixels.
 *
 * @returns 0 for a flat frame or one below 3x3; about 10 for a blurred one;
 *   hundreds for a sharp one.
 */
export function sharpnessOf({ width, height, data }: Plane): number {
  let sum = 0, squares = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) {
      const value = data[at - 1]! + data[at + 1]! + data[at - width]! +
        data[at + width]! - 4 * data[at]!;
      sum += value;
      squares += value * value;
    }
  }
  const count = (width - 2) * (height - 2);
  if (!(width > 2 && height > 2)) return 0;
  return Math.max(0, squares / count - (sum / count) ** 2);
}
