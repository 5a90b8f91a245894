import type { Clip } from "../../core/mod.ts";

/** Least area of a subject relative to the largest in its frame. */
const LEAST_SHARE = 0.2;
/** Least area of a subject, as a share of the frame. */
const LEAST_AREA = 0.003;

/**
 * The number of subjects of a clip: connected regions, median over the frames. Regions of
 * less than a fifth of the largest are shadows or noise.
 *
 * @param subject 1 for the pixels of subjects, else 0, `[T,H,W]`.
 *
 * @example
 * ```ts
 * import { countSubjects } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * // One frame of 4x8 pixels: two squares.
 * const subject = new Uint8Array(32);
 * for (const x of [0, 1, 5, 6]) for (const y of [1, 2]) subject[y * 8 + x] = 1;
 * assert.equal(countSubjects({ frames: 1, height: 4, width: 8 }, subject), 2);
 * ```
 */
export function countSubjects(
  { frames, height, width }: Pick<Clip, "frames" | "height" | "width">,
  subject: Uint8Array,
): number {
  const size = height * width;
  const counts = Array.from({ length: frames }, (_, t) => {
    const frame = subject.subarray(t * size, (t + 1) * size);
    const areas = regionsOf(frame, height, width);
    const largest = Math.max(0, ...areas);
    const least = Math.max(LEAST_SHARE * largest, LEAST_AREA * size);
    return areas.filter((area) => area >= least).length;
  }).sort((a, b) => a - b);
  return counts[counts.length >> 1]!;
}

/** Areas of the connected regions of a frame that are not zero, in pixels. */
function regionsOf(
  frame: Uint8Array,
  height: number,
  width: number,
): number[] {
  const seen = new Uint8Array(frame.length);
  const areas: number[] = [];
  for (let start = 0; start < frame.length; start++) {
    if (frame[start] === 0 || seen[start]) continue;
    seen[start] = 1;
    let area = 0;
    for (const stack = [start]; stack.length > 0;) {
      const i = stack.pop()!;
      area++;
      const [x, y] = [i % width, Math.floor(i / width)];
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const [u, v] = [x + dx, y + dy];
          if (u < 0 || v < 0 || u >= width || v >= height) continue;
          const j = v * width + u;
          if (frame[j] === 0 || seen[j]) continue;
          seen[j] = 1;
          stack.push(j);
        }
      }
    }
    areas.push(area);
  }
  return areas;
}
