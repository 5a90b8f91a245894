import {
  ANGLES,
  CAMERA_MOVES,
  type Labels,
  LIGHTS,
  MOTION_KINDS,
  objectKind,
  WEATHERS,
} from "../vocabulary/mod.ts";
import { cldrNames } from "./cldr.ts";
import { type Phrases, sentence } from "./_grammar.ts";
import { EAST_ASIAN } from "./grammars/east_asian.ts";
import { GERMANIC } from "./grammars/germanic.ts";
import { OTHER_EUROPEAN } from "./grammars/other_european.ts";
import { ROMANCE } from "./grammars/romance.ts";
import { SLAVIC } from "./grammars/slavic.ts";
import { SOUTH_ASIAN } from "./grammars/south_asian.ts";
import { SOUTH_EAST_ASIAN } from "./grammars/south_east_asian.ts";
import { WEST_ASIAN } from "./grammars/west_asian.ts";

/** Phrases by language; other languages have no sentences. */
const PHRASES: ReadonlyMap<string, Phrases> = new Map(
  [
    GERMANIC,
    ROMANCE,
    SLAVIC,
    OTHER_EUROPEAN,
    WEST_ASIAN,
    SOUTH_ASIAN,
    SOUTH_EAST_ASIAN,
    EAST_ASIAN,
  ].flat().map((phrases) => [phrases.language, phrases]),
);

/**
 * Describes a clip in a sentence; in languages without sentence templates, by
 * {@link namePhrase}.
 *
 * @param language One of `LANGUAGES`.
 *
 * @example
 * ```ts
 * import { caption, namePhrase } from "lib/dataset/captions/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const labels = {
 *   phase: 1,
 *   subjects: [{ object: "red circle", motion: "right" }],
 *   camera: "still",
 *   angle: "level",
 *   weather: "clear",
 *   light: "day",
 * } as const;
 * assert.equal(await caption(labels, "en"), "a red circle moves right");
 * assert.equal(await caption(labels, "zu"), await namePhrase(labels, "zu"));
 * ```
 */
export async function caption(
  labels: Labels,
  language: string,
): Promise<string> {
  const phrases = PHRASES.get(language);
  return phrases === undefined
    ? await namePhrase(labels, language)
    : sentence(phrases, labels, await cldrNames(language));
}

/**
 * Describes a clip by CLDR names alone: each subject and the arrow of its
 * motion, then camera, angle, weather and light where they differ from the
 * default.
 *
 * @param language One of `LANGUAGES`.
 *
 * @example
 * ```ts
 * import { namePhrase } from "lib/dataset/captions/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const labels = {
 *   phase: 1,
 *   subjects: [{ object: "red circle", motion: "right" }],
 *   camera: "still",
 *   angle: "level",
 *   weather: "clear",
 *   light: "day",
 * } as const;
 * assert.equal(await namePhrase(labels, "en"), "red circle, right arrow");
 * assert.equal(await namePhrase(labels, "ja"), "赤い丸、右矢印");
 * ```
 */
export async function namePhrase(
  labels: Labels,
  language: string,
): Promise<string> {
  const names = await cldrNames(language);
  const nameOf = (emoji: string): string => names.get(emoji)!;
  const groups = [
    ...labels.subjects.map(({ object, motion }) => [
      objectKind(object).emoji,
      MOTION_KINDS[motion].emoji,
    ]),
    CAMERA_MOVES[labels.camera].emoji,
    ANGLES[labels.angle].emoji,
    WEATHERS[labels.weather].emoji,
    LIGHTS[labels.light].emoji,
  ].filter((group) => group.length > 0);
  const [comma, semicolon] = separatorsOf(language);
  return groups.map((group) => group.map(nameOf).join(comma)).join(semicolon)
    .normalize("NFC");
}

/** Comma and semicolon, each with its space. */
function separatorsOf(language: string): readonly [string, string] {
  switch (language.split("-")[0]) {
    case "ja":
      return ["、", "。"];
    case "zh":
    case "yue":
      return ["，", "；"];
    case "ar":
    case "fa":
    case "ps":
    case "sd":
    case "ur":
      return ["، ", "؛ "];
    case "am":
    case "ti":
      return ["፣ ", "፤ "];
    case "my":
      return ["၊ ", "။ "];
    default:
      return language === "kk-Arab" ? ["، ", "؛ "] : [", ", "; "];
  }
}
