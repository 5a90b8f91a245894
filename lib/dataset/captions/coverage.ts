import { MOTION_KINDS, OBJECT_KINDS } from "../vocabulary/mod.ts";
import { cldrNames } from "./cldr.ts";

/** Which language has a name for what. */
export interface Coverage {
  /** Folders of the package, those with the most names first. */
  readonly languages: readonly string[];
  /** Object kinds and motions, by id. */
  readonly things: readonly string[];
  /** For each language, for each thing: whether CLDR names it. */
  readonly named: readonly (readonly boolean[])[];
}

/**
 * Counts what CLDR names, in every language that the package has.
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
