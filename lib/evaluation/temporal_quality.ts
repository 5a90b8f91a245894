import { CHANNELS, type Clip, InputError } from "../core/mod.ts";

/** Quality of a clip's motion, without a reference. */
export interface TemporalQuality {
  /** Mean change of a pixel that the next frame undoes, in [0,1]; 0 is best. */
  readonly flicker: number;
  /** How well each frame is interpolated from its neighbours, in [0,1]; 1 is best. */
  readonly smoothness: number;
  /** Speed of the fastest parts of the picture, in shorter sides per second. */
  readonly dynamicDegree: number;
}

/** Side of the squares that move as one, in pixels. */
const BLOCK = 8;
/** Longest motion of a square between neighbouring frames, in pixels. */
const MAX_MOVE = 6;
/** A motion must leave at most this share of the error that rest leaves. */
const MAX_ERROR = 0.5;
/** Less change than this, on average, is noise. */
const NOISE = 2 / 255;
/** Share of the squares, the fastest, that make the dynamic degree. */
const FASTEST = 0.05;

/**
 * Measures the motion in a clip, after the dimensions of VBench (Huang et
 * al. 2023, arXiv 2311.17982) but without its networks.
 *
 * - flicker: where a pixel goes up and down again, or down and up, the smaller
 *   of both changes; mean over pixels, colours and inner frames. Change that
 *   goes on in one direction does not count.
 * - smoothness: 1 - the mean error of each inner frame against the
 *   interpolation of its neighbours along the motion of squares of 8x8 pixels;
 *   those at the rim are left out.
 * - dynamic degree: mean speed of the fastest 5 % of the squares. Speeds are
 *   per second, so that clips of different rates can be compared.
 *
 * @throws {InputError} if the clip has fewer than 3 frames
 *
 * @example
 * ```ts
 * import { temporalQuality } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const still = { frames: 3, height: 16, width: 16, fps: 8, data: new Float32Array(3 * 16 * 16 * 3).fill(0.5) };
 * assert.deepEqual(temporalQuality(still), { flicker: 0, smoothness: 1, dynamicDegree: 0 });
 * ```
 */
export function temporalQuality(clip: Clip): TemporalQuality {
  const { frames, height, width, fps } = clip;
  if (frames < 3) {
    throw new InputError(
      `Cannot measure motion: a clip must have at least 3 frames: ` +
        `current count is ${frames}; pass longer clips`,
    );
  }
  const grey = brightness(clip);
  const size = height * width;
  const squares = squaresOf(height, width);
  const pixels = squares.reduce((sum, square) => sum + areaOf(square), 0);
  const speeds: number[] = [];
  let error = 0;
  for (let t = 1; t + 1 < frames; t++) {
    const [before, here, after] = [t - 1, t, t + 1].map((i) =>
      grey.subarray(i * size, (i + 1) * size)
    ) as [Float32Array, Float32Array, Float32Array];
    for (const square of squares) {
      const move = moveOf(before, after, square, height, width);
      error += errorOf(before, here, after, square, move, width);
      speeds.push(Math.hypot(move.down, move.across));
    }
  }
  speeds.sort((a, b) => b - a);
  const fastest = speeds.slice(0, Math.ceil(FASTEST * speeds.length));
  const pixelsPerFrame = fastest.reduce((a, b) => a + b, 0) / fastest.length;
  return {
    flicker: flickerOf(clip),
    smoothness: 1 - error / ((frames - 2) * pixels),
    dynamicDegree: pixelsPerFrame * fps / Math.min(height, width),
  };
}

/** Mean over clips. */
export function meanQuality(all: readonly TemporalQuality[]): TemporalQuality {
  const meanOf = (field: keyof TemporalQuality): number =>
    all.reduce((sum, quality) => sum + quality[field] / all.length, 0);
  return {
    flicker: meanOf("flicker"),
    smoothness: meanOf("smoothness"),
    dynamicDegree: meanOf("dynamicDegree"),
  };
}

/** A part of the picture, in pixels; bottom and right are exclusive. */
interface Square {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/**
 * The squares of a picture without those at its rim, where things enter and
 * leave that no neighbour shows; all squares, if there are no others.
 */
function squaresOf(height: number, width: number): Square[] {
  const along = (size: number): [from: number, to: number][] => {
    const all = Array.from(
      { length: Math.ceil(size / BLOCK) },
      (_, i) =>
        [i * BLOCK, Math.min((i + 1) * BLOCK, size)] as [number, number],
    );
    return all.length > 2 ? all.slice(1, -1) : all;
  };
  return along(height).flatMap(([top, bottom]) =>
    along(width).map(([left, right]) => ({ top, bottom, left, right }))
  );
}

function areaOf({ top, left, bottom, right }: Square): number {
  return (bottom - top) * (right - left);
}

/** Motion of a square from one frame to the next, in pixels. */
interface Move {
  readonly down: number;
  readonly across: number;
}

const REST: Move = { down: 0, across: 0 };

/** All moves, the shortest first: of equals the shortest wins. */
const MOVES: readonly Move[] = Array.from(
  { length: (2 * MAX_MOVE + 1) ** 2 },
  (_, i) => ({
    down: Math.floor(i / (2 * MAX_MOVE + 1)) - MAX_MOVE,
    across: i % (2 * MAX_MOVE + 1) - MAX_MOVE,
  }),
).map((move) => move.down === 0 && move.across === 0 ? REST : move).sort((
  a,
  b,
) => a.down ** 2 + a.across ** 2 - b.down ** 2 - b.across ** 2);

/** The move through a square on which both neighbours agree best. */
function moveOf(
  before: Float32Array,
  after: Float32Array,
  square: Square,
  height: number,
  width: number,
): Move {
  const { top, left, bottom, right } = square;
  let best = REST;
  let least = Infinity;
  for (const move of MOVES) {
    const { down, across } = move;
    const [rows, columns] = [Math.abs(down), Math.abs(across)];
    if (
      top < rows || bottom + rows > height || left < columns ||
      right + columns > width
    ) continue;
    const away = down * width + across;
    let sum = 0;
    for (let y = top; y < bottom && sum < least; y++) {
      for (let x = left; x < right; x++) {
        const at = y * width + x;
        sum += Math.abs(before[at - away]! - after[at + away]!);
      }
    }
    if (move === REST) {
      if (sum < NOISE * areaOf(square)) return REST;
      least = MAX_ERROR * sum; // other moves must leave less
    } else if (sum < least) {
      least = sum;
      best = move;
    }
  }
  return best;
}

/** Sum over a square of the distance from the mean of its neighbours along a move. */
function errorOf(
  before: Float32Array,
  here: Float32Array,
  after: Float32Array,
  { top, left, bottom, right }: Square,
  { down, across }: Move,
  width: number,
): number {
  const away = down * width + across;
  let sum = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const at = y * width + x;
      sum += Math.abs(here[at]! - (before[at - away]! + after[at + away]!) / 2);
    }
  }
  return sum;
}

function flickerOf({ frames, height, width, data }: Clip): number {
  const size = height * width * CHANNELS;
  let sum = 0;
  for (let i = size; i < (frames - 1) * size; i++) {
    const [into, out] = [
      data[i]! - data[i - size]!,
      data[i + size]! - data[i]!,
    ];
    if (into * out < 0) sum += Math.min(Math.abs(into), Math.abs(out));
  }
  return sum / ((frames - 2) * size);
}

/** Luma of BT.709: `[T,H,W]`. */
function brightness({ frames, height, width, data }: Clip): Float32Array {
  const result = new Float32Array(frames * height * width);
  for (let i = 0; i < result.length; i++) {
    result[i] = 0.2126 * data[3 * i]! + 0.7152 * data[3 * i + 1]! +
      0.0722 * data[3 * i + 2]!;
  }
  return result;
}
