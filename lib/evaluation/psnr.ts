import { type Clip, clipShape, sameShape, shapeText } from "../core/mod.ts";

/**
 * Peak signal-to-noise ratio of a clip against a reference, in decibels:
 * `10 log10(1 / mean squared error)` over all pixels of all frames, values in
 * [0,1]. The clip's values outside are clipped first, as a screen would.
 *
 * @throws {TypeError} if the clips differ in shape
 *
 * @example
 * ```ts
 * import { psnr } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const black = { frames: 1, height: 1, width: 1, fps: 8, data: new Float32Array(3) };
 * const grey = { ...black, data: new Float32Array(3).fill(0.1) };
 * assert.equal(Math.round(psnr(grey, black)), 20);
 * assert.equal(psnr(black, black), Infinity);
 * ```
 */
export function psnr(clip: Clip, reference: Clip): number {
  requireSameShape(clip, reference);
  let squares = 0;
  for (let i = 0; i < clip.data.length; i++) {
    const value = Math.min(1, Math.max(0, clip.data[i]!));
    squares += (value - reference.data[i]!) ** 2;
  }
  return 10 * Math.log10(clip.data.length / squares);
}

/**
 * Checks that two clips can be compared pixel by pixel.
 *
 * @throws {TypeError} if they differ in shape
 */
export function requireSameShape(clip: Clip, reference: Clip): void {
  const [shape, wanted] = [clipShape(clip), clipShape(reference)];
  if (sameShape(shape, wanted)) return;
  throw new TypeError(
    `Cannot compare clips: shapes must be the same: ` +
      `current shapes are ${shapeText(shape)} and ${shapeText(wanted)}`,
  );
}
