/** Largest value of a byte, which stands for 1. */
const WHITE = 255;

/**
 * Values of clips as video files and screens have them: [0,1] to whole numbers
 * from 0 to 255, rounded; what is beyond is clamped, and NaN is 0.
 *
 * @example
 * ```ts
 * import { clipBytes } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...clipBytes(Float32Array.of(0, 0.5, 1, 2))], [0, 128, 255, 255]);
 * ```
 */
export function clipBytes(values: Float32Array): Uint8Array<ArrayBuffer> {
  // A clamped array rounds, clamps and turns NaN into 0.
  const clamped = new Uint8ClampedArray(values.length);
  for (let i = 0; i < values.length; i++) clamped[i] = values[i]! * WHITE;
  return new Uint8Array(clamped.buffer);
}

/**
 * The inverse of {@link clipBytes}: whole numbers from 0 to 255 to [0,1].
 *
 * @example
 * ```ts
 * import { clipValues } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(clipValues(Uint8Array.of(0, 51, 255)), Float32Array.of(0, 0.2, 1));
 * ```
 */
export function clipValues(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) values[i] = bytes[i]! / WHITE;
  return values;
}
