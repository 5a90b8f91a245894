import {
  ANGLES,
  CAMERA_MOVES,
  LIGHTS,
  MOTION_KINDS,
  OBJECT_KINDS,
  WEATHERS,
} from "../vocabulary/mod.ts";

/** Every emoji whose name a caption may use. */
const NAMED: ReadonlySet<string> = new Set([
  ...OBJECT_KINDS.map(({ emoji }) => emoji),
  ...Object.values(MOTION_KINDS).map(({ emoji }) => emoji),
  ...[CAMERA_MOVES, ANGLES, WEATHERS, LIGHTS].flatMap((table) =>
    Object.values(table).flatMap(({ emoji }) => emoji)
  ),
]);

const read = new Map<string, Promise<ReadonlyMap<string, string>>>();

/**
 * The names of emoji in one language, from Unicode CLDR (package
 * cldr-annotations-full, Unicode License v3), NFC: those of the vocabulary that
 * the language has.
 *
 * A language's file is read once; of its thousands of names the few hundred of
 * the vocabulary stay in memory.
 *
 * @param language A folder of the package: `de`, `zh-Hant`.
 *
 * @example
 * ```ts
 * import { cldrNames } from "lib/dataset/captions/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal((await cldrNames("fr")).get("🚀"), "fusée");
 * ```
 */
export function cldrNames(
  language: string,
): Promise<ReadonlyMap<string, string>> {
  let names = read.get(language);
  if (names === undefined) {
    names = readNames(language);
    read.set(language, names);
  }
  return names;
}

interface Annotations {
  readonly annotations: {
    /** Absent where a language has begun and named nothing yet. */
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
  for (const emoji of NAMED) {
    const name = annotations?.[emoji]?.tts?.[0]?.normalize("NFC").trim();
    if (name) names.set(emoji, name);
  }
  return names;
}
