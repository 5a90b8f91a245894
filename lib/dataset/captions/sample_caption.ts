import { InputError, type Rng } from "../../core/mod.ts";
import type { Labels } from "../vocabulary/mod.ts";
import { caption, namePhrase } from "./caption.ts";
import { LANGUAGES } from "./cldr.ts";

/**
 * Describes a clip in a random language, half of the time as a sentence and half
 * by CLDR names, so that a model learns both.
 *
 * @param rng Chooses language and form; is advanced.
 * @returns The caption and the BCP 47 tag of its language.
 */
export async function sampleCaption(
  labels: Labels,
  languages: readonly string[],
  rng: Rng,
): Promise<{ readonly caption: string; readonly language: string }> {
  const language = rng.pick(languages);
  const describe = rng.uniform() < 0.5 ? caption : namePhrase;
  return { caption: await describe(labels, language), language };
}

/** @throws {InputError} naming the first language that is not in `LANGUAGES` */
export function checkLanguages(languages: readonly string[]): void {
  for (const language of languages) {
    if (LANGUAGES.includes(language)) continue;
    throw new InputError(
      "Cannot describe synthetic clips: languages must be covered by " +
        `Unicode CLDR: current value is "${language}"; choose among ` +
        LANGUAGES.join(" "),
    );
  }
}
