import {
  CHANNELS,
  type Clip,
  clipBytes,
  clipShape,
  shapeText,
} from "lib/core/mod.ts";

/** A still picture of 8 bits a channel: what screens and PNG files take. */
export interface Image {
  /** Pixels, W. */
  readonly width: number;
  /** Pixels, H. */
  readonly height: number;
  /** `[H,W,3]`, row-major RGB in [0,255]. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/**
 * One frame of a clip as a picture. Values outside [0,1] are clamped, and NaN
 * becomes black.
 *
 * @param clip `[T,H,W,3]`, float32, RGB in [0,1].
 * @param index Frame, in `[0, T)`.
 * @throws {RangeError} if there is no such frame
 *
 * @example
 * ```ts
 * import { frameImage } from "lib/dataset/encode/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const clip = { frames: 1, height: 1, width: 1, fps: 8, data: Float32Array.of(0, 0.5, 1) };
 * assert.deepEqual([...frameImage(clip, 0).data], [0, 128, 255]);
 * ```
 */
export function frameImage(clip: Clip, index: number): Image {
  const { width, height, frames } = clip;
  if (!Number.isInteger(index) || index < 0 || index >= frames) {
    throw new RangeError(
      `Cannot take a frame of a clip: the index must be in [0, ${frames}): current value is ${index}`,
    );
  }
  checkClip(clip);
  const size = height * width * CHANNELS;
  const values = clip.data.subarray(index * size, (index + 1) * size);
  return { width, height, data: clipBytes(values) };
}

/**
 * Makes sure that a clip has frames and as many values as its shape says.
 *
 * @throws {TypeError} if it has not: that is a defect of the caller, not of the user's input
 *
 * @example
 * ```ts
 * import { checkClip } from "lib/dataset/encode/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const clip = { frames: 1, height: 2, width: 2, fps: 8, data: new Float32Array(11) };
 * assert.throws(() => checkClip(clip), /needs 12 values: current count is 11/);
 * ```
 */
export function checkClip(clip: Clip): void {
  const shape = clipShape(clip);
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  if (size === 0 || clip.data.length !== size) {
    throw new TypeError(
      `Cannot use a clip of shape ${
        shapeText(shape)
      }: it must not be empty and needs ${size} values: ` +
        `current count is ${clip.data.length}`,
    );
  }
}
