import { caption, LANGUAGES, namePhrase } from "../../dataset/captions/mod.ts";
import {
  ANGLES,
  CAMERA_MOVES,
  type Labels,
  LIGHTS,
  MOTION_IDS,
  OBJECT_KINDS,
  WEATHERS,
} from "../../dataset/vocabulary/mod.ts";
import { wordsOf } from "../../pipeline/mod.ts";

/** A clip in which nothing stands out. */
const PLAIN: Labels = {
  phase: 1,
  subjects: [{ object: OBJECT_KINDS[0]!.id, motion: "still" }],
  camera: "still",
  angle: "level",
  weather: "clear",
  light: "day",
};

/**
 * Every word that a caption of the synthetic world may have, by language:
 * captions of clips that between them show all there is.
 *
 * @returns sorted words by BCP 47 tag.
 */
export async function captionWords(): Promise<Record<string, string[]>> {
  const clips = clipsOfEverything();
  const words: Record<string, string[]> = {};
  for (const language of LANGUAGES) {
    const found = new Set<string>();
    for (const labels of clips) {
      for (const say of [caption, namePhrase]) {
        for (const word of wordsOf(await say(labels, language))) {
          found.add(word);
        }
      }
    }
    words[language] = [...found].sort();
  }
  return words;
}

/** Each object, motion, camera move and so on at least once, also in company. */
function clipsOfEverything(): Labels[] {
  const keysOf = <K extends string>(table: Readonly<Record<K, unknown>>): K[] =>
    Object.keys(table) as K[];
  const subjects = OBJECT_KINDS.flatMap(({ id }, i) =>
    (i % 8 === 0 ? MOTION_IDS : [MOTION_IDS[i % MOTION_IDS.length]!])
      .map((motion) => ({ object: id, motion }))
  );
  return [
    ...subjects.map((subject) => ({ ...PLAIN, subjects: [subject] })),
    // In company words may change: some languages tie their "and" to the next.
    ...subjects.map((subject, i) => ({
      ...PLAIN,
      subjects: [subjects.at(i - 2)!, subjects.at(i - 1)!, subject],
    })),
    ...keysOf(CAMERA_MOVES).map((camera) => ({ ...PLAIN, camera })),
    ...keysOf(ANGLES).map((angle) => ({ ...PLAIN, angle })),
    ...keysOf(WEATHERS).map((weather) => ({ ...PLAIN, weather })),
    ...keysOf(LIGHTS).map((light) => ({ ...PLAIN, light })),
  ];
}
