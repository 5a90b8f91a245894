import { InputError, type Rng } from "../../core/mod.ts";
import { caption, LANGUAGES, namePhrase } from "../captions/mod.ts";
import type { Labels } from "../vocabulary/mod.ts";

/** A caption, and its language. */
export interface Description {
  readonly caption: string;
  /** BCP 47 tag. */
  readonly language: string;
}

/**
 * Describes what a clip shows in one of some languages, in a sentence or in
 * Unicode's own names: both ways of putting it are worth knowing.
 */
export async function describe(
  labels: Labels,
  languages: readonly string[],
  rng: Rng,
): Promise<Description> {
  const language = rng.pick(languages);
  const words = rng.uniform() < 0.5 ? caption : namePhrase;
  return { caption: await words(labels, language), language };
}

/** @throws {InputError} naming the language, if one is not covered */
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
