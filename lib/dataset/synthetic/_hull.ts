import type { MipLevel } from "./_texture.ts";

/** A corner of a hull, in texture coordinates [0,1]. */
export type Corner = readonly [number, number];

/** Smallest alpha of a covered pixel. */
const COVERED = 128;

/**
 * The convex hull of the covered pixels, by Andrew's monotone chain over the
 * outermost pixels of each row. Its corners yield the bounding box under any
 * rotation.
 */
export function hullOf(
  { width, height, data }: MipLevel,
): Corner[] {
  const edges: [number, number][] = [];
  for (let y = 0; y < height; y++) {
    let [left, right] = [width, -1];
    for (let x = 0; x < width; x++) {
      if (data[(y * width + x) * 4 + 3]! < COVERED) continue;
      left = Math.min(left, x);
      right = x;
    }
    if (right < 0) continue;
    for (const x of [left / width, (right + 1) / width]) {
      edges.push([x, y / height], [x, (y + 1) / height]);
    }
  }
  edges.sort(([ax, ay], [bx, by]) => ax - bx || ay - by);
  const half = (points: [number, number][]): [number, number][] => {
    const chain: [number, number][] = [];
    for (const p of points) {
      while (
        chain.length > 1 && turn(chain.at(-2)!, chain.at(-1)!, p) <= 0
      ) chain.pop();
      chain.push(p);
    }
    return chain.slice(0, -1);
  };
  return [...half(edges), ...half(edges.toReversed())];
}

/** Cross product of ab and bc. */
function turn(
  [ax, ay]: [number, number],
  [bx, by]: [number, number],
  [cx, cy]: [number, number],
): number {
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
}
