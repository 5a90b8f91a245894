import { PATCH, type Patches } from "./_patch_search.ts";
import { type Level, PAD } from "./_pyramid.ts";

/** Smallest mean squared gradient that motion can be measured by, luma squared. */
const MIN_TEXTURE = 2;
/** Largest mean squared difference between static patches, by noise alone. */
const NOISE = 4;

/** Whether a patch has enough texture to measure its motion. */
export function hasTexture({ texture }: Patches, index: number): boolean {
  return texture[index]! >= MIN_TEXTURE;
}

/**
 * Sets the displacement of plain background to zero. A plain patch matches
 * anywhere, so the search leaves it with its neighbours' motion. Static plain
 * patches that connect to the border of the frame without an edge between are
 * sky, wall or floor rather than the inside of an object.
 */
export function zeroPlainBackground(
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
    if (!hasTexture(patches, index) && isStatic(from, to, patches, index)) {
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

/** Whether a patch matches at the same place, up to brightness. */
function isStatic(
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
