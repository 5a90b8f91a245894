import { CHANNELS, type Clip, InputError } from "../core/mod.ts";
import { requireSameShape } from "./psnr.ts";

/** Standard deviation of the window, in pixels (Wang et al. 2004, section III-B). */
const SIGMA = 1.5;
/** Pixels from the centre of the window to its side: it has 11 x 11. */
const RADIUS = 5;
/** Keep quotients finite: (K1 L)^2 and (K2 L)^2 for values in [0,L], L = 1. */
const [C1, C2] = [0.01 ** 2, 0.03 ** 2];

/**
 * Structural similarity of a clip with a reference, in [-1,1], 1 for equal
 * clips (Wang et al. 2004, "Image quality assessment: from error visibility to
 * structural similarity").
 *
 * Mean over all frames, colours and places where the whole Gaussian window of
 * 11x11 pixels (standard deviation 1.5) fits; K1 = 0.01, K2 = 0.03, range 1. The clip's
 * values outside [0,1] are clipped first, as a screen would.
 *
 * @throws {TypeError} if the clips differ in shape
 * @throws {InputError} if a side has fewer than 11 pixels
 *
 * @example
 * ```ts
 * import { ssim } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const data = Float32Array.from({ length: 16 * 16 * 3 }, (_, i) => (i * 7 % 11) / 10);
 * const clip = { frames: 1, height: 16, width: 16, fps: 8, data };
 * const grey = { ...clip, data: new Float32Array(data.length).fill(0.5) };
 * assert.equal(ssim(clip, clip), 1);
 * assert.ok(ssim(grey, clip) < 0.1);
 * ```
 */
export function ssim(clip: Clip, reference: Clip): number {
  requireSameShape(clip, reference);
  const { frames, height, width } = clip;
  const least = 2 * RADIUS + 1;
  if (height < least || width < least) {
    throw new InputError(
      `Cannot compute SSIM: height and width must be at least ${least}: ` +
        `current size is ${width}x${height}; compare larger clips`,
    );
  }
  const size = height * width;
  const [x, y] = [new Float64Array(size), new Float64Array(size)];
  let sum = 0;
  for (let plane = 0; plane < frames * CHANNELS; plane++) {
    const [frame, channel] = [Math.floor(plane / CHANNELS), plane % CHANNELS];
    const first = frame * size * CHANNELS + channel;
    for (let i = 0; i < size; i++) {
      const value = clip.data[first + i * CHANNELS]!;
      x[i] = Math.min(1, Math.max(0, value));
      y[i] = reference.data[first + i * CHANNELS]!;
    }
    sum += similarity(x, y, height, width);
  }
  return sum / (frames * CHANNELS);
}

/** Mean similarity of two planes `[H,W]`. */
function similarity(
  x: Float64Array,
  y: Float64Array,
  height: number,
  width: number,
): number {
  const mean = (values: Float64Array): Float64Array =>
    windowed(values, height, width);
  const [meanX, meanY] = [mean(x), mean(y)];
  const squareX = mean(x.map((value) => value * value));
  const squareY = mean(y.map((value) => value * value));
  const product = mean(x.map((value, i) => value * y[i]!));
  let sum = 0;
  for (let i = 0; i < meanX.length; i++) {
    const [a, b] = [meanX[i]!, meanY[i]!];
    const varianceX = squareX[i]! - a * a;
    const varianceY = squareY[i]! - b * b;
    const covariance = product[i]! - a * b;
    sum += (2 * a * b + C1) * (2 * covariance + C2) /
      ((a * a + b * b + C1) * (varianceX + varianceY + C2));
  }
  return sum / meanX.length;
}

const WINDOW = gaussian();

/** `[11]`, its sum 1. */
function gaussian(): Float64Array {
  const weights = Float64Array.from(
    { length: 2 * RADIUS + 1 },
    (_, i) => Math.exp(-((i - RADIUS) ** 2) / (2 * SIGMA * SIGMA)),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / sum);
}

/** Weighted means where the whole window fits: `[H,W] -> [H-10,W-10]`. */
function windowed(
  values: Float64Array,
  height: number,
  width: number,
): Float64Array {
  const [h, w] = [height - 2 * RADIUS, width - 2 * RADIUS];
  const across = new Float64Array(height * w);
  for (let i = 0; i < height; i++) {
    for (let k = 0; k < WINDOW.length; k++) {
      const weight = WINDOW[k]!;
      for (let j = 0; j < w; j++) {
        across[i * w + j]! += weight * values[i * width + j + k]!;
      }
    }
  }
  const result = new Float64Array(h * w);
  for (let i = 0; i < h; i++) {
    for (let k = 0; k < WINDOW.length; k++) {
      const weight = WINDOW[k]!;
      for (let j = 0; j < w; j++) {
        result[i * w + j]! += weight * across[(i + k) * w + j]!;
      }
    }
  }
  return result;
}
