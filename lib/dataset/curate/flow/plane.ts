import { CHANNELS, type Clip } from "lib/core/mod.ts";

/** The luma of a frame. */
export interface Plane {
  /** Pixels, W. */
  readonly width: number;
  /** Pixels, H. */
  readonly height: number;
  /** `[H,W]`, row-major luma in [0,255]. */
  readonly data: Float32Array | Uint8Array;
}

/** Weights of red, green and blue in luma (ITU-R BT.709). */
const RED = 0.2126, GREEN = 0.7152, BLUE = 0.0722;

/**
 * The luma of one frame of a clip.
 *
 * @param clip `[T,H,W,3]`, float32, RGB in [0,1].
 * @param index Frame, in `[0, T)`.
 * @returns `[H,W]`, luma in [0,255].
 *
 * @example
 * ```ts
 * import { lumaOf } from "lib/dataset/curate/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const clip = { frames: 1, height: 1, width: 1, fps: 8, data: Float32Array.of(1, 1, 1) };
 * assert.deepEqual([...lumaOf(clip, 0).data], [255]);
 * ```
 */
export function lumaOf({ width, height, data }: Clip, index: number): Plane {
  const size = width * height;
  const luma = new Float32Array(size);
  for (let i = 0, at = index * size * CHANNELS; i < size; i++, at += CHANNELS) {
    luma[i] = 255 *
      (RED * data[at]! + GREEN * data[at + 1]! + BLUE * data[at + 2]!);
  }
  return { width, height, data: luma };
}
