/** Blue, violet, magenta, red, orange: visible on light and on dark pages. */
const ANCHORS: readonly (readonly [number, number, number])[] = [
  [47, 111, 222],
  [138, 95, 214],
  [207, 79, 157],
  [232, 102, 74],
  [232, 154, 28],
];

/**
 * Colours of lines that have an order, such as noise levels: a sequential scale,
 * in which near values have near colours and none repeats.
 *
 * @returns `#rrggbb`, the lowest first.
 *
 * @example
 * ```ts
 * import { sequentialColours } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(sequentialColours(3), ["#2f6fde", "#cf4f9d", "#e89a1c"]);
 * ```
 */
export function sequentialColours(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const place = count > 1 ? i / (count - 1) * (ANCHORS.length - 1) : 0;
    const below = Math.min(Math.floor(place), ANCHORS.length - 2);
    const mixed = ANCHORS[below]!.map((low, channel) =>
      Math.round(low + (place - below) * (ANCHORS[below + 1]![channel]! - low))
    );
    return `#${
      mixed.map((value) => value.toString(16).padStart(2, "0")).join("")
    }`;
  });
}
