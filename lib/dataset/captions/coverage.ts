import { type Image, labelledImage } from "../encode/mod.ts";
import { MOTION_KINDS, OBJECT_KINDS } from "../vocabulary/mod.ts";
import { cldrNames } from "./cldr.ts";

/** Which objects and motions CLDR names in each language. */
export interface Coverage {
  /** Folders of the package, the most complete first. */
  readonly languages: readonly string[];
  /** Ids of object kinds, then of motions. */
  readonly things: readonly string[];
  /** `[languages][things]`: whether CLDR has a name. */
  readonly named: readonly (readonly boolean[])[];
}

/**
 * Lists which objects and motions CLDR names in every language of the package.
 *
 * @example
 * ```ts
 * import { cldrCoverage } from "lib/dataset/captions/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { languages, things, named } = await cldrCoverage();
 * const cat = things.indexOf("cat");
 * assert.ok(languages.filter((_, i) => named[i]![cat]).length >= 100);
 * ```
 */
export async function cldrCoverage(): Promise<Coverage> {
  const things = [
    ...OBJECT_KINDS.map(({ id, emoji }) => ({ id, emoji })),
    ...Object.entries(MOTION_KINDS).map(([id, { emoji }]) => ({ id, emoji })),
  ];
  const folder = new URL(
    "annotations/",
    import.meta.resolve("cldr-annotations-full/package.json"),
  );
  const rows: { language: string; named: boolean[]; count: number }[] = [];
  for await (const { name: language } of Deno.readDir(folder)) {
    const names = await cldrNames(language);
    const named = things.map(({ emoji }) => names.has(emoji));
    rows.push({ language, named, count: named.filter(Boolean).length });
  }
  rows.sort((a, b) => b.count - a.count || (a.language < b.language ? -1 : 1));
  return {
    languages: rows.map(({ language }) => language),
    things: things.map(({ id }) => id),
    named: rows.map(({ named }) => named),
  };
}

/** Pixels: the side of a cell, and the gap after every tenth row. */
const CELL = 3;
const GAP = 1;

const NAMED = [46, 125, 90] as const;
const MISSING = [236, 232, 222] as const;
const WHITE = 255;

/**
 * Draws a coverage table: a row for each language, a column for each object and
 * motion, green where CLDR has a name; with labels and a legend.
 *
 * @returns An image `[H,W,3]`, RGB in [0,255].
 *
 * @example
 * ```ts
 * import { coverageImage } from "lib/dataset/captions/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const things = ["cat", "dog"];
 * const image = await coverageImage({ languages: ["en"], things, named: [[true, false]] });
 * // The first cell is right of the label of its axis.
 * assert.deepEqual([...image.data.subarray(3 * 22, 3 * 22 + 3)], [46, 125, 90]);
 * ```
 */
export async function coverageImage(coverage: Coverage): Promise<Image> {
  const { languages, things } = coverage;
  return await labelledImage(cellsOf(coverage), {
    xLabel: `${things.length} objects and motions, a column each`,
    yLabel: `${languages.length} languages, a row each`,
    legend: [
      [`rgb(${NAMED})`, "CLDR has a name"],
      [`rgb(${MISSING})`, "CLDR has none"],
      ["white", "lines after every ten languages"],
    ],
  });
}

/** The cells of the table alone. */
function cellsOf({ languages, things, named }: Coverage): Image {
  const width = things.length * CELL;
  const top = (row: number): number => row * CELL + Math.floor(row / 10) * GAP;
  const height = top(languages.length - 1) + CELL;
  const data = new Uint8Array(width * height * 3).fill(WHITE);
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
