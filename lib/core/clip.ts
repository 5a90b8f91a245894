/** A short video as numbers, from the dataset through the VAE to the video writers. */
export interface Clip {
  /** Frames, T. */
  readonly frames: number;
  /** Pixels, H. */
  readonly height: number;
  /** Pixels, W. */
  readonly width: number;
  /** Frames per second. */
  readonly fps: number;
  /** `[T,H,W,3]`, row-major RGB in [0,1]. */
  readonly data: Float32Array<ArrayBuffer>;
}

/** A clip with its values clamped to [0,1], as a screen shows them. */
export function clamped(clip: Clip): Clip {
  return { ...clip, data: clip.data.map((x) => Math.min(1, Math.max(0, x))) };
}

/** Colour channels of a clip: red, green, blue. */
export const CHANNELS = 3;

/** Shape of a clip's data: `[T,H,W,3]`. */
export function clipShape(clip: Clip): [number, number, number, number] {
  return [clip.frames, clip.height, clip.width, CHANNELS];
}

/** The byte of the value 1. */
const WHITE = 255;

/**
 * Values of clips as video files and screens store them: [0,1] to whole numbers
 * from 0 to 255, rounded and clamped; NaN becomes 0.
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

/** The inverse of {@link clipBytes}: whole numbers from 0 to 255 to [0,1]. */
export function clipValues(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) values[i] = bytes[i]! / WHITE;
  return values;
}
