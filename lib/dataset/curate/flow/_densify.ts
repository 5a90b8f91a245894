import { PATCH, type Patches } from "./_patch_search.ts";
import { type Level, PAD } from "./_pyramid.ts";

/** The displacement of every pixel of a level. */
export interface DenseLevel {
  readonly width: number;
  readonly height: number;
  readonly u: Float32Array;
  readonly v: Float32Array;
  /** Scratch space: the sum of weights. */
  readonly weights: Float32Array;
}

/** A level without motion. */
export function denseLevel({ width, height }: Level): DenseLevel {
  const size = width * height;
  return {
    width,
    height,
    u: new Float32Array(size),
    v: new Float32Array(size),
    weights: new Float32Array(size),
  };
}

/**
 * Sets each pixel to the weighted mean displacement of the patches over it. The
 * weight falls with a patch's error at the pixel, which keeps the borders of
 * moving objects sharp.
 */
export function densify(
  from: Level,
  to: Level,
  patches: Patches,
  { u, v, weights }: DenseLevel,
): void {
  const { columns, rows, xs, ys } = patches;
  const { width, height } = from;
  const farX = width + PAD - PATCH - 1;
  const farY = height + PAD - PATCH - 1;
  const target = to.luma, source = from.luma, stride = from.stride;
  u.fill(0);
  v.fill(0);
  weights.fill(0);
  for (let row = 0, index = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, index++) {
      const x = xs[column]!, y = ys[row]!;
      const pu = patches.u[index]!, pv = patches.v[index]!;
      const shift = patches.shift[index]!;
      const px = Math.min(farX, Math.max(-PAD, x + pu));
      const py = Math.min(farY, Math.max(-PAD, y + pv));
      const ix = Math.floor(px), iy = Math.floor(py);
      const fx = px - ix, fy = py - iy;
      const w11 = fx * fy, w10 = fy - w11, w01 = fx - w11, w00 = 1 - fx - w10;
      for (let j = 0; j < PATCH; j++) {
        let at = (iy + j + PAD) * stride + ix + PAD;
        let own = (y + j + PAD) * stride + x + PAD;
        let k = (y + j) * width + x;
        for (let i = 0; i < PATCH; i++, at++, own++, k++) {
          const difference = w00 * target[at]! + w01 * target[at + 1]! +
            w10 * target[at + stride]! + w11 * target[at + stride + 1]! -
            source[own]! - shift;
          const weight = 1 / Math.max(1, Math.abs(difference));
          u[k] = u[k]! + weight * pu;
          v[k] = v[k]! + weight * pv;
          weights[k] = weights[k]! + weight;
        }
      }
    }
  }
  for (let k = 0; k < weights.length; k++) {
    u[k] = u[k]! / weights[k]!;
    v[k] = v[k]! / weights[k]!;
  }
}

/** Initialises the patches of a finer level from the next coarser level. */
export function initPatches(
  { width, height, u, v }: DenseLevel,
  patches: Patches,
): void {
  const { columns, rows, xs, ys } = patches;
  for (let row = 0, index = 0; row < rows; row++) {
    const y = Math.min(height - 1, (ys[row]! + PATCH / 2) >> 1);
    for (let column = 0; column < columns; column++, index++) {
      const x = Math.min(width - 1, (xs[column]! + PATCH / 2) >> 1);
      patches.u[index] = 2 * u[y * width + x]!;
      patches.v[index] = 2 * v[y * width + x]!;
    }
  }
}
