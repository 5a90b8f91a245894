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
import { sentence, type Words } from "./_grammar.ts";
import {
  EAST_ASIAN,
  GERMANIC,
  OTHER_EUROPEAN,
  ROMANCE,
  SLAVIC,
  SOUTH_ASIAN,
  SOUTH_EAST_ASIAN,
  WEST_ASIAN,
} from "./grammars/mod.ts";

const WORDS: ReadonlyMap<string, Words> = new Map(
  [
    GERMANIC,
    ROMANCE,
    SLAVIC,
    OTHER_EUROPEAN,
    WEST_ASIAN,
    SOUTH_ASIAN,
    SOUTH_EAST_ASIAN,
    EAST_ASIAN,
  ].flat().map((words) => [words.language, words]),
);

/** The languages in which whole sentences are made, of those in `LANGUAGES`. */
export const SENTENCE_LANGUAGES: readonly string[] = [...WORDS.keys()];

/**
 * Says what a clip shows: in a sentence in each of `SENTENCE_LANGUAGES`, in
 * Unicode's own names in every other language.
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
  const words = WORDS.get(language);
  return words === undefined
    ? await namePhrase(labels, language)
    : sentence(words, labels, await cldrNames(language));
}

/**
 * Names what a clip shows with Unicode's own words: each subject and the arrow
 * of its motion, then camera, weather and light where there is something to
 * say.
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
  const [comma, semicolon] = marksOf(language);
  return groups.map((group) => group.map(nameOf).join(comma)).join(semicolon)
    .normalize("NFC");
}

/** What stands between words, and between groups of them. */
function marksOf(language: string): readonly [string, string] {
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
