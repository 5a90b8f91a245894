import type { GridSize, VaeStride } from "../vae/config.ts";
import {
  rotaryAngles,
  type RotaryAxis,
  type RotaryTable,
  rotaryTable,
} from "../layers/mod.ts";

/** Shortest and longest wavelength in time, in seconds. */
const SECONDS = [0.4, 40] as const;
/** Shortest and longest wavelength in height and width, in pixels. */
const PIXELS = [32, 4096] as const;

/**
 * Rotary tables of the tokens of a grid, by the middle of each token in
 * seconds and pixels, so that a motion has the same angles at any frame rate.
 *
 * @param fps Frames per second of the clip.
 * @returns tables `[N,d/2]`, tokens in the order time, height, width.
 *
 * @example
 * ```ts
 * import { tokenPositions } from "lib/models/backbone/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const grid = { frames: 2, height: 1, width: 3 };
 * const { cos } = tokenPositions(grid, { space: 16, time: 4 }, 8, 16);
 * assert.deepEqual(cos.shape, [6, 8]);
 * ```
 */
export function tokenPositions(
  grid: GridSize,
  stride: VaeStride,
  fps: number,
  headWidth: number,
): RotaryTable {
  return rotaryTable(axesOf(grid, stride, fps), headWidth);
}

/**
 * The angles, for graphs in which the frame rate is an argument:
 * `space + time / fps`, in radians, `N` rows of `d/2` each.
 *
 * @example
 * ```ts
 * import { tokenAngles, tokenPositions } from "lib/models/backbone/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const [grid, stride] = [{ frames: 2, height: 1, width: 1 }, { space: 16, time: 4 }];
 * const { space, time } = tokenAngles(grid, stride, 16);
 * const { cos } = tokenPositions(grid, stride, 8, 16);
 * assert.ok(Math.abs(Math.cos(space[8]! + time[8]! / 8) - cos.data[8]!) < 1e-6);
 * ```
 */
export function tokenAngles(
  grid: GridSize,
  stride: VaeStride,
  headWidth: number,
): { readonly space: Float64Array; readonly time: Float64Array } {
  // At an infinite frame rate, all cells lie at second 0.
  const space = rotaryAngles(axesOf(grid, stride, Infinity), headWidth);
  const both = rotaryAngles(axesOf(grid, stride, 1), headWidth);
  return { space, time: both.map((angle, i) => angle - space[i]!) };
}

/** Middles of the cells: seconds, rows and columns of pixels. */
function axesOf(
  grid: GridSize,
  stride: VaeStride,
  fps: number,
): readonly RotaryAxis[] {
  const seconds: number[] = [];
  const rows: number[] = [];
  const columns: number[] = [];
  for (let t = 0; t < grid.frames; t++) {
    for (let y = 0; y < grid.height; y++) {
      for (let x = 0; x < grid.width; x++) {
        seconds.push((t + 0.5) * stride.time / fps);
        rows.push((y + 0.5) * stride.space);
        columns.push((x + 0.5) * stride.space);
      }
    }
  }
  return [
    { positions: seconds, wavelengths: SECONDS },
    { positions: rows, wavelengths: PIXELS },
    { positions: columns, wavelengths: PIXELS },
  ];
}
