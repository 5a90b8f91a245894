import * as z from "zod";
import { checkedJson, InputError } from "../core/mod.ts";
import { normalisePrompt } from "../models/text/mod.ts";

/** The words of the captions that models were trained on, sorted, by BCP 47 tag. */
export type Vocabulary = Readonly<Record<string, readonly string[]>>;

/** File of a vocabulary, beside the models. */
export const VOCABULARY_FILE = "vocabulary.json";

const vocabularySchema = z.record(z.string(), z.array(z.string()));

/**
 * Reads the vocabulary beside trained models; undefined if there is none.
 *
 * @throws {InputError} if the file is damaged
 */
export async function readVocabulary(
  folder: string,
): Promise<Vocabulary | undefined> {
  const path = `${folder}/${VOCABULARY_FILE}`;
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  return text === undefined ? undefined : checkedJson(
    text,
    vocabularySchema,
    `"${path}"`,
    "copy the file again, or remove it to read no vocabulary",
  );
}

/**
 * The words of prompts that no caption in a language had, each once, in their
 * order.
 *
 * @param vocabulary Without one, no word is unknown.
 * @param language A BCP 47 tag; `auto` is any language.
 * @throws {InputError} naming the language, if there were no captions in it
 *
 * @example
 * ```ts
 * import { unknownWords } from "lib/pipeline/vocabulary.ts";
 * import assert from "node:assert/strict";
 *
 * const vocabulary = { en: ["red", "cat"], de: ["rot"] };
 * assert.deepEqual(unknownWords(vocabulary, ["A red wombat"], "en"), ["a", "wombat"]);
 * assert.deepEqual(unknownWords(vocabulary, ["rot cat"]), []);
 * ```
 */
export function unknownWords(
  vocabulary: Vocabulary | undefined,
  prompts: readonly string[],
  language = "auto",
): string[] {
  if (!vocabulary) return [];
  if (language !== "auto" && !Object.hasOwn(vocabulary, language)) {
    throw new InputError(
      `Cannot read the prompt: language must be auto or one that the models ` +
        `were trained on: current value is "${language}"; they are ` +
        Object.keys(vocabulary).join(" "),
    );
  }
  const lists = language === "auto"
    ? Object.values(vocabulary)
    : [vocabulary[language]!];
  return [...new Set(prompts.flatMap(wordsOf))]
    .filter((word) => !lists.some((words) => words.includes(word)));
}

const SEGMENTER = new Intl.Segmenter("und", { granularity: "word" });

/**
 * The words of a text as models read them: normalised, signs left out.
 */
export function wordsOf(text: string): string[] {
  return [...SEGMENTER.segment(normalisePrompt(text))]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment);
}
