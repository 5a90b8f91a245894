import { Rational } from "../ffmpeg/mod.ts";

/**
 * A frame rate as the fraction that containers store: 25/1, 30000/1001.
 *
 * @param fps Frames per second, above 0.
 */
export function rationalRate(fps: number): Rational {
  // Television's 29.97 and its kin are whole rates slowed down by 1.001.
  const broadcast = Math.round(fps * 1.001);
  if (!Number.isInteger(fps) && Math.abs(broadcast / 1.001 - fps) < 0.005) {
    return new Rational(broadcast * 1000, 1001);
  }
  for (let denominator = 1; denominator < 1000; denominator++) {
    const numerator = Math.round(fps * denominator);
    if (numerator > 0 && Math.abs(numerator / denominator / fps - 1) < 1e-9) {
      return new Rational(numerator, denominator);
    }
  }
  return new Rational(Math.max(1, Math.round(fps * 1000)), 1000);
}
