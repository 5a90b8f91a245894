import { CHANNELS, type Clip, InputError } from "../core/mod.ts";

/** Where each pixel of a clip goes until the next frame. */
export interface OpticalFlow {
  /** Pairs of frames: one less than the clip has frames. */
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  /** Displacements in pixels a frame, x to the right, then y down: `[T-1,H,W,2]`. */
  readonly data: Float32Array;
  /**
   * How well the window around each pixel fixes both directions: the smaller
   * eigenvalue of its structure tensor, for values in [0,1], `[T-1,H,W]`. Where it
   * is near zero, the picture is plain or has edges of one direction, and the
   * displacement is drawn towards zero.
   */
  readonly texture: Float32Array;
}

/** Half of the window's side, in pixels of each level. */
const RADIUS = 3;
/** Steps of each level: later ones correct what the linear model left over. */
const ITERATIONS = 4;
/** Shortest side of the coarsest level, in pixels. */
const COARSEST = 12;
/** Added to the structure tensor's diagonal, so that plain windows have no motion. */
const DAMPING = 1e-4;
/** Longest step of an iteration, in pixels of a level: the linear model holds no further. */
const MAX_STEP = 1;

/** Planes of one frame, `[C,H,W]`. */
interface Picture {
  readonly height: number;
  readonly width: number;
  readonly planes: readonly Float32Array[];
}

/**
 * Estimates the optical flow of a clip: pyramidal Lucas-Kanade at every pixel
 * (Lucas & Kanade 1981; Bouguet 2001, Pyramidal Implementation of the
 * Lucas Kanade Feature Tracker), all three colours in one least-squares problem.
 *
 * `lumaFlow` of `lib/dataset/curate` is faster and serves whole videos, but sees
 * luma alone: a yellow ball before grey stands still there.
 *
 * It follows motions of up to an eighth of the shorter side a frame on 64 pixels,
 * and further on larger pictures, which have more levels.
 *
 * @param clip Values in [0,1].
 * @throws {InputError} if it has fewer than 2 frames
 *
 * @example
 * ```ts
 * import { opticalFlow } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * // A pattern of waves that goes 1.5 pixels to the right in each frame.
 * const [frames, height, width] = [2, 32, 32];
 * const data = Float32Array.from({ length: frames * height * width * 3 }, (_, i) => {
 *   const pixel = Math.floor(i / 3);
 *   const [t, y, x] = [Math.floor(pixel / 1024), Math.floor(pixel / 32) % 32, pixel % 32];
 *   return 0.5 + 0.2 * Math.sin((x - 1.5 * t) / 3) + 0.2 * Math.cos(y / 3);
 * });
 * const flow = opticalFlow({ frames, height, width, fps: 8, data });
 * const middle = 2 * (16 * 32 + 16);
 * assert.ok(Math.abs(flow.data[middle]! - 1.5) < 0.05);
 * assert.ok(Math.abs(flow.data[middle + 1]!) < 0.05);
 * ```
 */
export function opticalFlow(clip: Clip): OpticalFlow {
  const { frames, height, width } = clip;
  if (frames < 2) {
    throw new InputError(
      `Cannot estimate the optical flow: a clip must have 2 frames or more: it has ${frames}`,
    );
  }
  const size = height * width;
  const data = new Float32Array((frames - 1) * size * 2);
  const texture = new Float32Array((frames - 1) * size);
  let from = pyramidOf(frameOf(clip, 0));
  for (let t = 0; t + 1 < frames; t++) {
    const to = pyramidOf(frameOf(clip, t + 1));
    const pair = flowBetween(from, to);
    for (let i = 0; i < size; i++) {
      data[(t * size + i) * 2] = pair.x[i]!;
      data[(t * size + i) * 2 + 1] = pair.y[i]!;
    }
    texture.set(pair.texture, t * size);
    from = to;
  }
  return { frames: frames - 1, height, width, data, texture };
}

/** A part of the picture, as shares of its sides in [0,1]. */
export interface PictureRegion {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * The median displacement a frame over all pixels that have texture, in pixels:
 * the motion of the camera, where most of the picture moves alike.
 *
 * @param region Pixels outside of it do not count; all count where left out.
 * @returns undefined if no pixel has texture
 *
 * @example
 * ```ts
 * import { medianFlow } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const data = Float32Array.from([1, 0, 2, 0, 3, 1]);
 * const texture = Float32Array.from([1, 1, 1]);
 * assert.deepEqual(medianFlow({ frames: 1, height: 1, width: 3, data, texture }), [2, 0]);
 * ```
 */
export function medianFlow(
  { height, width, data, texture }: OpticalFlow,
  { left, top, right, bottom }: PictureRegion = {
    left: 0,
    top: 0,
    right: 1,
    bottom: 1,
  },
): readonly [x: number, y: number] | undefined {
  const [xs, ys] = [
    new Float32Array(texture.length),
    new Float32Array(texture.length),
  ];
  let count = 0;
  for (let row = 0; row < texture.length / width; row++) {
    const y = (row % height + 0.5) / height;
    if (y < top || y > bottom) continue;
    for (let column = 0; column < width; column++) {
      const x = (column + 0.5) / width;
      const i = row * width + column;
      if (x < left || x > right || texture[i]! < TEXTURED) continue;
      xs[count] = data[2 * i]!;
      ys[count] = data[2 * i + 1]!;
      count++;
    }
  }
  if (count === 0) return undefined;
  const middle = (values: Float32Array): number =>
    values.subarray(0, count).sort()[count >> 1]!;
  return [middle(xs), middle(ys)];
}

/** Texture from which a pixel's displacement is known: edges in two directions of about 0.03 a pixel. */
const TEXTURED = 1e-3;

/** Displacements `[H,W]` from one picture to another, from coarse to fine. */
function flowBetween(
  from: readonly Picture[],
  to: readonly Picture[],
): { x: Float32Array; y: Float32Array; texture: Float32Array } {
  let flow: { x: Float32Array; y: Float32Array } | undefined;
  for (let level = from.length - 1; level > 0; level--) {
    const { x, y } = refined(from[level]!, to[level]!, flow);
    const finer = from[level - 1]!;
    flow = {
      x: enlarged(x, from[level]!, finer),
      y: enlarged(y, from[level]!, finer),
    };
  }
  return refined(from[0]!, to[0]!, flow);
}

/** One level: steps of Gauss-Newton at each pixel, which all share the tensors of the first picture. */
function refined(
  from: Picture,
  to: Picture,
  start?: { readonly x: Float32Array; readonly y: Float32Array },
): { x: Float32Array; y: Float32Array; texture: Float32Array } {
  const { height, width } = from;
  const size = height * width;
  const [x, y] = [
    start?.x.slice() ?? new Float32Array(size),
    start?.y.slice() ?? new Float32Array(size),
  ];
  const slopes = from.planes.map((plane) => slopesOf(plane, height, width));
  const smooth = (values: Float32Array) =>
    windowMean(windowMean(values, height, width), height, width);
  const product = (a: 0 | 1, b: 0 | 1) =>
    smooth(
      filled(size, (i) => {
        let sum = 0;
        for (const s of slopes) sum += s[a][i]! * s[b][i]!;
        return sum;
      }),
    );
  const [xx, xy, yy] = [product(0, 0), product(0, 1), product(1, 1)];
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const [bx, by] = [new Float32Array(size), new Float32Array(size)];
    from.planes.forEach((plane, c) => {
      const other = to.planes[c]!;
      const [sx, sy] = slopes[c]!;
      for (let row = 0, i = 0; row < height; row++) {
        for (let column = 0; column < width; column++, i++) {
          const [u, v] = [column + x[i]!, row + y[i]!];
          const left = plane[i]! - valueAt(other, height, width, u, v);
          bx[i]! += sx[i]! * left;
          by[i]! += sy[i]! * left;
        }
      }
    });
    const [mx, my] = [smooth(bx), smooth(by)];
    for (let i = 0; i < size; i++) {
      const [a, b, d] = [xx[i]! + DAMPING, xy[i]!, yy[i]! + DAMPING];
      const det = a * d - b * b;
      x[i]! += limited((d * mx[i]! - b * my[i]!) / det);
      y[i]! += limited((a * my[i]! - b * mx[i]!) / det);
    }
    // Windows at edges of motions disagree; the mean of neighbours settles them.
    x.set(windowMean(x, height, width, 1));
    y.set(windowMean(y, height, width, 1));
  }
  const texture = filled(size, (i) => {
    const half = (xx[i]! + yy[i]!) / 2;
    return half - Math.hypot((xx[i]! - yy[i]!) / 2, xy[i]!);
  });
  return { x, y, texture };
}

/** Values of a function of the index; an array-like object is ten times slower. */
function filled(
  length: number,
  value: (index: number) => number,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = value(i);
  return values;
}

function limited(step: number): number {
  return Math.min(MAX_STEP, Math.max(-MAX_STEP, step));
}

/** A picture, and each half of the one before while it is large enough. */
function pyramidOf(picture: Picture): Picture[] {
  const levels = [picture];
  for (let { height, width, planes } = picture;;) {
    if (Math.min(height, width) < 2 * COARSEST) return levels;
    const [h, w] = [height >> 1, width >> 1];
    planes = planes.map((plane) => {
      // Smoothed first, so that fine patterns do not fold into coarse ones.
      const soft = windowMean(plane, height, width, 1);
      return filled(h * w, (i) => {
        const at = 2 * Math.floor(i / w) * width + 2 * (i % w);
        return (soft[at]! + soft[at + 1]! + soft[at + width]! +
          soft[at + width + 1]!) / 4;
      });
    });
    [height, width] = [h, w];
    levels.push({ height, width, planes });
  }
}

/** One frame of a clip. */
function frameOf({ height, width, data }: Clip, t: number): Picture {
  const size = height * width;
  const planes = Array.from(
    { length: CHANNELS },
    (_, c) => filled(size, (i) => data[(t * size + i) * CHANNELS + c]!),
  );
  return { height, width, planes };
}

/** Displacements of a coarser level, in pixels of the finer one. */
function enlarged(
  values: Float32Array,
  coarse: Picture,
  { height, width }: Picture,
): Float32Array {
  return filled(height * width, (i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return 2 *
      valueAt(
        values,
        coarse.height,
        coarse.width,
        (x - 0.5) / 2,
        (y - 0.5) / 2,
      );
  });
}

/** Central differences along x and y; one-sided at the border. */
function slopesOf(
  plane: Float32Array,
  height: number,
  width: number,
): readonly [x: Float32Array, y: Float32Array] {
  const [sx, sy] = [
    new Float32Array(plane.length),
    new Float32Array(plane.length),
  ];
  for (let row = 0, i = 0; row < height; row++) {
    const up = row > 0 ? width : 0;
    const down = row + 1 < height ? width : 0;
    const rows = (up + down) / width;
    for (let column = 0; column < width; column++, i++) {
      const left = column > 0 ? 1 : 0;
      const right = column + 1 < width ? 1 : 0;
      const columns = left + right;
      if (columns > 0) sx[i] = (plane[i + right]! - plane[i - left]!) / columns;
      if (rows > 0) sy[i] = (plane[i + down]! - plane[i - up]!) / rows;
    }
  }
  return [sx, sy];
}

/** Bilinear interpolation; places outside have the value of the border. */
function valueAt(
  plane: Float32Array,
  height: number,
  width: number,
  x: number,
  y: number,
): number {
  const u = Math.min(width - 1, Math.max(0, x));
  const v = Math.min(height - 1, Math.max(0, y));
  const [left, top] = [Math.floor(u), Math.floor(v)];
  const [right, bottom] = [
    Math.min(width - 1, left + 1),
    Math.min(height - 1, top + 1),
  ];
  const [s, t] = [u - left, v - top];
  return (1 - t) *
      ((1 - s) * plane[top * width + left]! + s * plane[top * width + right]!) +
    t *
      ((1 - s) * plane[bottom * width + left]! +
        s * plane[bottom * width + right]!);
}

/** The mean over a square window, smaller at the border. */
function windowMean(
  values: Float32Array,
  height: number,
  width: number,
  radius: number = RADIUS,
): Float32Array {
  const rows = new Float32Array(values.length);
  for (let row = 0; row < height; row++) {
    const start = row * width;
    let [sum, n] = [0, 0];
    for (; n < Math.min(radius, width); n++) sum += values[start + n]!;
    for (let k = 0; k < width; k++) {
      if (k + radius < width) {
        sum += values[start + k + radius]!;
        n++;
      }
      if (k - radius > 0) {
        sum -= values[start + k - radius - 1]!;
        n--;
      }
      rows[start + k] = sum / n;
    }
  }
  // Columns side by side, so that memory is read in its order.
  const means = new Float32Array(values.length);
  const sums = new Float64Array(width);
  const add = (row: number, sign: 1 | -1): void => {
    const start = row * width;
    for (let i = 0; i < width; i++) sums[i]! += sign * rows[start + i]!;
  };
  let n = 0;
  for (; n < Math.min(radius, height); n++) add(n, 1);
  for (let k = 0; k < height; k++) {
    if (k + radius < height) {
      add(k + radius, 1);
      n++;
    }
    if (k - radius > 0) {
      add(k - radius - 1, -1);
      n--;
    }
    const start = k * width;
    for (let i = 0; i < width; i++) means[start + i] = sums[i]! / n;
  }
  return means;
}
