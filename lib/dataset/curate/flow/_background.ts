import { PATCH, type Patches } from "./_patch_search.ts";
import { type Level, PAD } from "./_pyramid.ts";

/** Mean squared gradient, in squared luma steps, from which motion can be seen. */
const VISIBLE_STRUCTURE = 2;
/** Mean squared difference that noise makes of a patch that stays where it is. */
const NOISE = 4;

/** Whether a patch shows enough for its motion to be seen. */
export function isCertain({ structure }: Patches, index: number): boolean {
  return structure[index]! >= VISIBLE_STRUCTURE;
}

/**
 * Lets plain background rest. A plain patch fits wherever it is put, so the
 * search leaves it with the motion of what is near, however far that is. Where
 * plain patches reach the border of the picture without an edge between, they
 * are sky, wall or floor, not the inside of a thing, and what shows no motion
 * is taken to have none.
 */
export function restBackground(
  from: Level,
  to: Level,
  patches: Patches,
): void {
  const { columns, rows, u, v } = patches;
  const seen = new Uint8Array(columns * rows);
  const open: number[] = [];
  const enter = (index: number): void => {
    if (seen[index] === 1) return;
    seen[index] = 1;
    if (!isCertain(patches, index) && stays(from, to, patches, index)) {
      open.push(index);
    }
  };
  for (let column = 0; column < columns; column++) {
    enter(column);
    enter((rows - 1) * columns + column);
  }
  for (let row = 0; row < rows; row++) {
    enter(row * columns);
    enter(row * columns + columns - 1);
  }
  for (let i = open.pop(); i !== undefined; i = open.pop()) {
    u[i] = 0;
    v[i] = 0;
    const column = i % columns;
    if (column > 0) enter(i - 1);
    if (column < columns - 1) enter(i + 1);
    if (i >= columns) enter(i - columns);
    if (i < columns * (rows - 1)) enter(i + columns);
  }
}

/** Whether a patch looks the same at the same place, brightness apart. */
function stays(
  { stride, luma }: Level,
  { luma: next }: Level,
  { columns, xs, ys }: Patches,
  index: number,
): boolean {
  const x = xs[index % columns]! + PAD;
  const y = ys[Math.floor(index / columns)]! + PAD;
  let sum = 0, squares = 0;
  for (let j = 0; j < PATCH; j++) {
    for (let i = 0, at = (y + j) * stride + x; i < PATCH; i++, at++) {
      const difference = next[at]! - luma[at]!;
      sum += difference;
      squares += difference * difference;
    }
  }
  const area = PATCH * PATCH;
  return squares / area - (sum / area) ** 2 <= NOISE;
}
