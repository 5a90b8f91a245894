/**
 * A short video as numbers: what the dataset gives, the VAE codes and the
 * writers take.
 */
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

/**
 * Shape of a clip's data: `[T,H,W,3]`.
 *
 * @example
 * ```ts
 * import { clipShape } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const clip = { frames: 2, height: 4, width: 8, fps: 8, data: new Float32Array(192) };
 * assert.deepEqual(clipShape(clip), [2, 4, 8, 3]);
 * ```
 */
export function clipShape(clip: Clip): [number, number, number, number] {
  return [clip.frames, clip.height, clip.width, CHANNELS];
}
