import {
  ANGLES,
  CAMERA_MOVES,
  LIGHTS,
  MOTION_KINDS,
  OBJECT_KINDS,
  WEATHERS,
} from "../vocabulary/mod.ts";

/**
 * The languages in which CLDR names the whole vocabulary, objects and motions,
 * as BCP 47 tags. A test compares the list with the package.
 */
export const LANGUAGES: readonly string[] = `
af ak am ar as az ba be bg bn bs ca chr cs cv cy da de dsb el en es et eu fa
fi fil fo fr ga gd gl gu ha he hi hr hsb hu hy id ig is it ja jv ka kk kk-Arab
km kn ko kok ky lo lt lv mk ml mn mr ms my ne nl no or pa pcm pl ps pt qu rm
ro ru sd shn si sk sl so sq sr sr-Latn sv sw ta te th ti tk to tr uk ur uz vi
yo yue yue-Hans zh zh-Hant zu
`.trim().split(/\s+/);

/** Every emoji that captions name. */
const VOCABULARY: ReadonlySet<string> = new Set([
  ...OBJECT_KINDS.map(({ emoji }) => emoji),
  ...Object.values(MOTION_KINDS).map(({ emoji }) => emoji),
  ...[CAMERA_MOVES, ANGLES, WEATHERS, LIGHTS].flatMap((table) =>
    Object.values(table).flatMap(({ emoji }) => emoji)
  ),
]);

const namesByLanguage = new Map<string, Promise<ReadonlyMap<string, string>>>();

/**
 * The names of emoji in one language, from Unicode CLDR (package
 * cldr-annotations-full, Unicode License v3), NFC; emoji that the language does
 * not name are absent. Each language's file is read once per process, and only
 * the names of the vocabulary stay in memory.
 *
 * @param language A folder of the package: `de`, `zh-Hant`.
 *
 * @example
 * ```ts
 * import { cldrNames } from "lib/dataset/captions/cldr.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal((await cldrNames("fr")).get("🚀"), "fusée");
 * ```
 */
export function cldrNames(
  language: string,
): Promise<ReadonlyMap<string, string>> {
  let names = namesByLanguage.get(language);
  if (names === undefined) {
    names = readNames(language);
    namesByLanguage.set(language, names);
  }
  return names;
}

interface Annotations {
  readonly annotations: {
    /** Absent in languages that name nothing yet. */
    readonly annotations?: Readonly<
      Record<string, { readonly tts?: readonly string[] }>
    >;
  };
}

async function readNames(
  language: string,
): Promise<ReadonlyMap<string, string>> {
  const file = new URL(import.meta.resolve(
    `cldr-annotations-full/annotations/${language}/annotations.json`,
  ));
  const { annotations: { annotations } } = JSON.parse(
    await Deno.readTextFile(file),
  ) as Annotations;
  const names = new Map<string, string>();
  for (const emoji of VOCABULARY) {
    const name = annotations?.[emoji]?.tts?.[0]?.normalize("NFC").trim();
    if (name) names.set(emoji, name);
  }
  return names;
}
