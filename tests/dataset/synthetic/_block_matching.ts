import type { Clip } from "lib/core/mod.ts";

/** Half the side of the block, and how far it is looked for, in pixels. */
const BLOCK = 4;
const REACH = 5;

/**
 * Estimates the optical flow at a pixel the plainest way: the block around it is
 * looked for in the next frame, and a parabola through the best place and its
 * neighbours gives the fraction. It knows nothing of how the clip was made.
 */
export function flowAt(
  clip: Clip,
  frame: number,
  x: number,
  y: number,
): [number, number] {
  const cost = new Map<string, number>();
  const costOf = (dx: number, dy: number): number => {
    const key = `${dx},${dy}`;
    const known = cost.get(key);
    if (known !== undefined) return known;
    let [sum, count] = [0, 0];
    for (let j = -BLOCK; j <= BLOCK; j++) {
      for (let i = -BLOCK; i <= BLOCK; i++) {
        for (let c = 0; c < 3; c++) {
          const here = valueAt(clip, frame, x + i, y + j, c);
          const there = valueAt(clip, frame + 1, x + i + dx, y + j + dy, c);
          if (here === undefined || there === undefined) continue;
          sum += (here - there) ** 2;
          count++;
        }
      }
    }
    const mean = count === 0 ? Infinity : sum / count;
    cost.set(key, mean);
    return mean;
  };
  let best: [number, number] = [0, 0];
  for (let dy = -REACH; dy <= REACH; dy++) {
    for (let dx = -REACH; dx <= REACH; dx++) {
      if (costOf(dx, dy) < costOf(...best)) best = [dx, dy];
    }
  }
  const [bx, by] = best;
  return [
    bx + vertex(costOf(bx - 1, by), costOf(bx, by), costOf(bx + 1, by)),
    by + vertex(costOf(bx, by - 1), costOf(bx, by), costOf(bx, by + 1)),
  ];
}

/** Where the parabola through three values at -1, 0 and 1 is least. */
function vertex(before: number, here: number, after: number): number {
  const bend = before - 2 * here + after;
  return bend > 1e-12 && Number.isFinite(bend)
    ? (before - after) / 2 / bend
    : 0;
}

function valueAt(
  { frames, height, width, data }: Clip,
  frame: number,
  x: number,
  y: number,
  c: number,
): number | undefined {
  if (x < 0 || y < 0 || x >= width || y >= height || frame >= frames) {
    return undefined;
  }
  return data[((frame * height + y) * width + x) * 3 + c];
}
