import { Rng } from "lib/core/mod.ts";
import type { Plane } from "lib/dataset/curate/mod.ts";

/** Luma in [0,255] at any place, also between pixels. */
export type Surface = (x: number, y: number) => number;

/** A frame of a surface. */
export function planeOf(width: number, height: number, at: Surface): Plane {
  return {
    width,
    height,
    data: Float32Array.from(
      { length: width * height },
      (_, i) => at(i % width, Math.floor(i / width)),
    ),
  };
}

/** A smooth random surface whose bumps are about 6 pixels wide; it repeats after 192. */
export function bumps(seed: number): Surface {
  const side = 32, cell = 6;
  const rng = new Rng(seed);
  const heights = Float32Array.from(
    { length: side * side },
    () => 30 + 195 * rng.uniform(),
  );
  const height = (column: number, row: number): number =>
    heights[(row & (side - 1)) * side + (column & (side - 1))]!;
  return (x, y) => {
    const column = Math.floor(x / cell), row = Math.floor(y / cell);
    const fx = x / cell - column, fy = y / cell - row;
    return (1 - fy) *
        ((1 - fx) * height(column, row) + fx * height(column + 1, row)) +
      fy *
        ((1 - fx) * height(column, row + 1) + fx * height(column + 1, row + 1));
  };
}

/** A disc before a background, with a soft border. */
export function disc(
  inside: Surface,
  around: Surface,
  centreX: number,
  centreY: number,
  radius: number,
): Surface {
  return (x, y) => {
    const distance = Math.hypot(x - centreX, y - centreY);
    const share = Math.min(1, Math.max(0, radius + 0.5 - distance));
    return share * inside(x - centreX, y - centreY) +
      (1 - share) * around(x, y);
  };
}

/** The middle of a list of numbers. */
export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
