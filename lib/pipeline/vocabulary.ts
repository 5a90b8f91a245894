import { InputError } from "../core/mod.ts";
import { normalisePrompt } from "../models/text/mod.ts";

/** The words of the captions that models were trained on, by language. */
export interface Vocabulary {
  readonly languages: readonly string[];
  /**
   * The words of a prompt that no caption in the language had; in any language,
   * if it is `auto`.
   *
   * @throws {InputError} naming the language, if there were no captions in it
   */
  unknownWords(prompt: string, language: string): string[];
}

/** File of a vocabulary: words by BCP 47 tag, sorted. */
export const VOCABULARY_FILE = "vocabulary.json";

/** Reads the vocabulary beside trained models; undefined if there is none. */
export async function readVocabulary(
  folder: string,
): Promise<Vocabulary | undefined> {
  try {
    const text = await Deno.readTextFile(`${folder}/${VOCABULARY_FILE}`);
    return vocabularyOf(JSON.parse(text));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * A vocabulary of words by language.
 *
 * @example
 * ```ts
 * import { vocabularyOf } from "lib/pipeline/vocabulary.ts";
 * import assert from "node:assert/strict";
 *
 * const { unknownWords } = vocabularyOf({ en: ["red", "cat"], de: ["rot"] });
 * assert.deepEqual(unknownWords("A red wombat", "en"), ["a", "wombat"]);
 * assert.deepEqual(unknownWords("rot cat", "auto"), []);
 * ```
 */
export function vocabularyOf(
  words: Readonly<Record<string, readonly string[]>>,
): Vocabulary {
  const languages = Object.keys(words);
  return {
    languages,
    unknownWords(prompt, language) {
      const known = language === "auto"
        ? new Set(Object.values(words).flat())
        : new Set(words[language]);
      if (language !== "auto" && !words[language]) {
        throw new InputError(
          `Cannot read the prompt: --language must be auto or one that the ` +
            `models were trained on: current value is "${language}"; they ` +
            `are ${languages.join(" ")}`,
        );
      }
      return [...new Set(wordsOf(prompt))].filter((word) => !known.has(word));
    },
  };
}

const SEGMENTER = new Intl.Segmenter("und", { granularity: "word" });

/**
 * The words of a text as models read them: normalised, signs left out.
 *
 * @example
 * ```ts
 * import { wordsOf } from "lib/pipeline/vocabulary.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(wordsOf("A red CAT!"), ["a", "red", "cat"]);
 * ```
 */
export function wordsOf(text: string): string[] {
  return [...SEGMENTER.segment(normalisePrompt(text))]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment);
}
