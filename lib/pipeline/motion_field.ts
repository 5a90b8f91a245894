import { InputError } from "../core/mod.ts";

/** The motion that a clip shall have, at each of its pixels. */
export interface MotionField {
  /** Pairs of frames: one less than the clip has frames. */
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  /** Displacements in pixels a frame, x to the right, then y down: `[T-1,H,W,2]`. */
  readonly data: Float32Array;
  /** How much each pixel counts, in [0,1]: `[T-1,H,W]`. */
  readonly weight: Float32Array;
}

/** The clip that a motion is for. */
export interface MotionShape {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly fps: number;
}

/** A rectangle of the picture, in pixels. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A point of the picture, in pixels from its upper left corner. */
export type Point = readonly [x: number, y: number];

/** Half of the side of the window that follows a path, in shorter sides of the picture. */
const PATH_WINDOW = 0.25;
/** Slowest motion that is one, in pixels a frame: about the error of an estimated flow. */
const SLOWEST = 0.05;

/**
 * The same motion everywhere, or within a rectangle.
 *
 * @param velocity Pixels a second, x to the right, y down.
 *
 * @example
 * ```ts
 * import { uniformMotion } from "lib/pipeline/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { data } = uniformMotion({ frames: 2, height: 1, width: 1, fps: 8 }, [16, 0]);
 * assert.deepEqual([...data], [2, 0]); // pixels a frame
 * ```
 */
export function uniformMotion(
  shape: MotionShape,
  [x, y]: Point,
  region?: Rectangle,
): MotionField {
  const { fps, width, height } = shape;
  const { left, top, ...size } = region ?? { left: 0, top: 0, width, height };
  return fieldOf(shape, (px, py) => ({
    flow: [x / fps, y / fps],
    weight: Number(
      px >= left && px < left + size.width && py >= top &&
        py < top + size.height,
    ),
  }));
}

/**
 * Growth from the middle of the picture: that of a camera that zooms in.
 *
 * @param factor By which everything grows in a second; below 1 it shrinks.
 */
export function zoomMotion(shape: MotionShape, factor: number): MotionField {
  const { fps, width, height } = shape;
  const rate = Math.log(factor) / fps;
  return fieldOf(shape, (x, y) => ({
    flow: [rate * (x + 0.5 - width / 2), rate * (y + 0.5 - height / 2)],
    weight: 1,
  }));
}

/**
 * A motion along a path, at an even speed from its first to its last point over
 * the whole clip, within a window that goes along; all else rests.
 *
 * @throws {InputError} if a point is outside of the picture, or the path has no
 *   length
 */
export function pathMotion(
  shape: MotionShape,
  points: readonly Point[],
): MotionField {
  const { frames, height, width } = shape;
  const outside = points.find(([x, y]) =>
    !(x >= 0 && x <= width && y >= 0 && y <= height)
  );
  if (outside) {
    throw new InputError(
      `Cannot follow a path: its points must be in the picture, 0,0 to ` +
        `${width},${height}: one is ${outside.join()}`,
    );
  }
  const at = alongPath(points);
  const radius = PATH_WINDOW * Math.min(height, width);
  const places = Array.from(
    { length: frames },
    (_, t) => at(t / (frames - 1)),
  );
  return fieldOf(shape, (x, y, t) => {
    const [from, to] = [places[t]!, places[t + 1]!];
    const [u, v] = [
      x + 0.5 - (from[0] + to[0]) / 2,
      y + 0.5 - (from[1] + to[1]) / 2,
    ];
    const inside = Math.abs(u) < radius && Math.abs(v) < radius;
    return {
      flow: inside ? [to[0] - from[0], to[1] - from[1]] : [0, 0],
      weight: 1,
    };
  });
}

/**
 * Checks that there is a motion to follow, and that it can be.
 *
 * @param most Longest displacement, in pixels a frame.
 * @throws {InputError} if nothing moves, or something moves too fast
 */
export function checkMotion(
  field: MotionField,
  most: number,
): void {
  const fastest = fastestOf(field);
  if (fastest < SLOWEST) {
    throw new InputError(
      `Cannot steer by a motion: something must move by ${SLOWEST} pixels a ` +
        `frame or more: the fastest moves by ${Number(fastest.toFixed(3))}; ` +
        "give a motion, or a video that has one",
    );
  }
  if (fastest > most) {
    throw new InputError(
      `Cannot steer by a motion: it must be at most ${most} pixels a frame, ` +
        `which is how far the model's latents tell it: the fastest is ` +
        `${
          Number(fastest.toFixed(1))
        }; slow it down, or draw more frames a second`,
    );
  }
}

/** The longest displacement of a pixel that counts, in pixels a frame. */
export function fastestOf({ data, weight }: MotionField): number {
  return weight.reduce(
    (most, counts, i) =>
      counts === 0
        ? most
        : Math.max(most, Math.hypot(data[2 * i]!, data[2 * i + 1]!)),
    0,
  );
}

function fieldOf(
  { frames, height, width }: MotionShape,
  at: (x: number, y: number, t: number) => {
    readonly flow: Point;
    readonly weight: number;
  },
): MotionField {
  const size = height * width;
  const data = new Float32Array((frames - 1) * size * 2);
  const weight = new Float32Array((frames - 1) * size);
  for (let i = 0; i < weight.length; i++) {
    const place = at(
      i % width,
      Math.floor(i / width) % height,
      Math.floor(i / size),
    );
    data.set(place.flow, 2 * i);
    weight[i] = place.weight;
  }
  return { frames: frames - 1, height, width, data, weight };
}

/** The point at each share of a path's length. */
function alongPath(points: readonly Point[]): (share: number) => Point {
  const lengths = points.slice(1).map(([x, y], i) =>
    Math.hypot(x - points[i]![0], y - points[i]![1])
  );
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (!(total > 0)) {
    throw new InputError(
      "Cannot follow a path: it must have two points or more that differ: " +
        `current value is ${points.map((point) => point.join()).join(" ")}`,
    );
  }
  return (share) => {
    let left = Math.min(1, share) * total;
    let k = 0;
    while (k + 1 < lengths.length && left > lengths[k]!) left -= lengths[k++]!;
    const part = lengths[k]! > 0 ? left / lengths[k]! : 0;
    const [from, to] = [points[k]!, points[k + 1]!];
    return [
      from[0] + part * (to[0] - from[0]),
      from[1] + part * (to[1] - from[1]),
    ];
  };
}
