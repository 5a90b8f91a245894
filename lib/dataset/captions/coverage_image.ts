import type { Image } from "../encode/image.ts";
import type { Coverage } from "./coverage.ts";

/** Pixels of a cell's side, and of the rule after every tenth row. */
const CELL = 3;
const RULE = 1;

const NAMED = [46, 125, 90] as const;
const MISSING = [236, 232, 222] as const;
const PAPER = 255;

/**
 * A coverage table as a picture: a row for each language, a column for each
 * object and motion, green where CLDR has a name.
 *
 * @returns A picture `[H,W,3]`, RGB in [0,255].
 *
 * @example
 * ```ts
 * import { coverageImage } from "lib/dataset/captions/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const image = coverageImage({ languages: ["en"], things: ["cat", "dog"], named: [[true, false]] });
 * assert.deepEqual([image.width, image.height], [6, 3]);
 * assert.deepEqual([...image.data.subarray(0, 3)], [46, 125, 90]);
 * ```
 */
export function coverageImage(
  { languages, things, named }: Coverage,
): Image {
  const width = things.length * CELL;
  const top = (row: number): number => row * CELL + Math.floor(row / 10) * RULE;
  const height = top(languages.length - 1) + CELL;
  const data = new Uint8Array(width * height * 3).fill(PAPER);
  for (const [row, cells] of named.entries()) {
    for (let y = top(row); y < top(row) + CELL; y++) {
      for (let x = 0; x < width; x++) {
        const colour = cells[Math.floor(x / CELL)] ? NAMED : MISSING;
        data.set(colour, (y * width + x) * 3);
      }
    }
  }
  return { width, height, data };
}
