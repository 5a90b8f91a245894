import { float32, hashOf, int32, type NdArray, zeros } from "../../core/mod.ts";
import type { TextConfig } from "./config.ts";

/** Prompts as numbers: what the text encoder and the backbone read. */
export interface PromptTokens {
  /** Row of each character, `[B,L]`. */
  readonly characters: NdArray<"int32">;
  /** Row of the pair that ends at each character, `[B,L]`. */
  readonly pairs: NdArray<"int32">;
  /** Row of the triple that ends at each character, `[B,L]`. */
  readonly triples: NdArray<"int32">;
  /** 1 for a character, 0 for padding, `[B,L]`. */
  readonly mask: NdArray<"float32">;
  /** Row of each word, `[B,W]`. */
  readonly words: NdArray<"int32">;
  /** 1 for a word, 0 for padding, `[B,W]`. */
  readonly wordMask: NdArray<"float32">;
}

/**
 * Brings different spellings of one prompt together: lower case, composed
 * characters (Unicode NFC), single spaces. Composed last, for some letters
 * have a composed form in lower case only.
 *
 * @example
 * ```ts
 * import { normalisePrompt } from "lib/models/text/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(normalisePrompt("  A  Cafe\u0301 "), "a café");
 * ```
 */
export function normalisePrompt(prompt: string): string {
  return prompt.toWellFormed().toLowerCase().normalize("NFC")
    .replaceAll(/\s+/gu, " ").trim();
}

/**
 * Reads prompts: characters with the pairs and triples that end at them, and
 * words as the Unicode rules part them (also where no spaces are written).
 * The empty prompt has no characters: it asks for nothing in particular.
 *
 * @example
 * ```ts
 * import { readPrompts } from "lib/models/text/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const sizes = { characterRows: 64, ngramRows: 64, wordRows: 64, maxCharacters: 8, maxWords: 3 };
 * const { mask, wordMask } = readPrompts(["red cat", ""], sizes);
 * assert.deepEqual([...mask.data], [1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
 * assert.deepEqual([...wordMask.data], [1, 1, 0, 0, 0, 0]);
 * ```
 */
export function readPrompts(
  prompts: readonly string[],
  config: Pick<
    TextConfig,
    "characterRows" | "ngramRows" | "wordRows" | "maxCharacters" | "maxWords"
  >,
): PromptTokens {
  const read = prompts.map((prompt) => {
    const text = normalisePrompt(prompt);
    const characters = [...text];
    return {
      characters: characters.map((c) => row(c, config.characterRows)),
      pairs: ngramRows(characters, 2, config.ngramRows),
      triples: ngramRows(characters, 3, config.ngramRows),
      words: wordsOf(text).map((word) => row(word, config.wordRows)),
    };
  });
  const { maxCharacters, maxWords } = config;
  return {
    characters: table(read.map((p) => p.characters), maxCharacters),
    pairs: table(read.map((p) => p.pairs), maxCharacters),
    triples: table(read.map((p) => p.triples), maxCharacters),
    mask: maskOf(read.map((p) => p.characters.length), maxCharacters),
    words: table(read.map((p) => p.words), maxWords),
    wordMask: maskOf(read.map((p) => p.words.length), maxWords),
  };
}

const WORDS = new Intl.Segmenter("und", { granularity: "word" });

function wordsOf(text: string): string[] {
  return [...WORDS.segment(text)].filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment);
}

function row(text: string, rows: number): number {
  return hashOf(text) % rows;
}

/** Rows of the n-grams that end at each character; the start is marked. */
function ngramRows(characters: string[], n: number, rows: number): number[] {
  return characters.map((_, i) => {
    const gram = characters.slice(Math.max(0, i - n + 1), i + 1).join("");
    return row(i < n - 1 ? `^${n}${gram}` : `${n}${gram}`, rows);
  });
}

function table(lists: number[][], length: number): NdArray<"int32"> {
  return int32(
    [lists.length, length],
    lists.flatMap((list) => Array.from({ length }, (_, i) => list[i] ?? 0)),
  );
}

function maskOf(counts: number[], length: number): NdArray<"float32"> {
  return float32(
    [counts.length, length],
    counts.flatMap((count) =>
      Array.from({ length }, (_, i) => i < count ? 1 : 0)
    ),
  );
}

/** Empty prompts in the shape of others: the unconditional half of guidance. */
export function emptyPrompts(
  { characters, words }: PromptTokens,
): PromptTokens {
  return {
    characters: zeros(characters.shape, "int32"),
    pairs: zeros(characters.shape, "int32"),
    triples: zeros(characters.shape, "int32"),
    mask: zeros(characters.shape),
    words: zeros(words.shape, "int32"),
    wordMask: zeros(words.shape),
  };
}
