import type { SKRSContext2D } from "@napi-rs/canvas";
import {
  CHANNELS,
  type Clip,
  clipBytes,
  clipShape,
  shapeText,
} from "lib/core/mod.ts";

/** An image of 8 bits per channel. */
export interface Image {
  /** Pixels, W. */
  readonly width: number;
  /** Pixels, H. */
  readonly height: number;
  /** `[H,W,3]`, row-major RGB in [0,255]. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/**
 * One frame of a clip as an image. Values outside [0,1] are clamped, and NaN
 * becomes black.
 *
 * @param clip `[T,H,W,3]`, float32, RGB in [0,1].
 * @param index Frame, in `[0, T)`.
 * @throws {RangeError} if there is no such frame
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
 * Throws unless a clip has frames, and as many values as its shape needs.
 *
 * @throws {TypeError} for a defect of the caller, not of the user's input
 *
 * @example
 * ```ts
 * import { checkClip } from "lib/dataset/encode/image.ts";
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

/** The pixels of an image as opaque RGBA, `[H,W,4]` in [0,255]. */
export function rgbaOf(
  { width, height, data }: Image,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = width * height;
  const rgba = new Uint8ClampedArray(pixels * 4).fill(255);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < CHANNELS; c++) {
      rgba[i * 4 + c] = data[i * CHANNELS + c]!;
    }
  }
  return rgba;
}

/** The pixels of an opaque canvas. */
export function canvasImage(context: SKRSContext2D): Image {
  const { width, height } = context.canvas;
  const rgba = context.getImageData(0, 0, width, height).data;
  const data = new Uint8Array(width * height * CHANNELS);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < CHANNELS; c++) {
      data[i * CHANNELS + c] = rgba[i * 4 + c]!;
    }
  }
  return { width, height, data };
}
