import { float32, hashOf, int32, type NdArray, zeros } from "../../core/mod.ts";
import type { TextConfig } from "./config.ts";
import { type Lexicon, lexiconOf } from "./lexicon.ts";
import { normalisePrompt } from "./normalise.ts";
import { VIDEO_TERMS } from "./terms/mod.ts";
import { characterRow } from "./unicode.ts";

/** Prompts as numbers: what the text encoder and the backbone read. */
export interface PromptTokens {
  /** Row of each character, `[B,L]`. */
  readonly characters: NdArray<"int32">;
  /** Row of the pair that ends at each character, `[B,L]`. */
  readonly pairs: NdArray<"int32">;
  /** Row of the triple that ends at each character, `[B,L]`. */
  readonly triples: NdArray<"int32">;
  /** Row of the video term that each character is part of, 0 for none, `[B,L]`. */
  readonly terms: NdArray<"int32">;
  /** 1 for a character, 0 for padding, `[B,L]`. */
  readonly mask: NdArray<"float32">;
  /** Row of each word, `[B,W]`. */
  readonly words: NdArray<"int32">;
  /** 1 for a word, 0 for padding, `[B,W]`. */
  readonly wordMask: NdArray<"float32">;
}

/** What the tables of a configuration need to know. */
export type PromptSizes = Pick<
  TextConfig,
  | "characterRows"
  | "ngramRows"
  | "termRows"
  | "wordRows"
  | "maxCharacters"
  | "maxWords"
>;

/** The project's own terms. */
const LEXICON: Lexicon = lexiconOf(VIDEO_TERMS);

/**
 * Reads prompts: characters with the pairs and triples that end at them and
 * the video terms they are part of, and words as the Unicode rules part them
 * (also where no spaces are written). The empty prompt has no characters: it
 * asks for nothing in particular.
 *
 * @throws {RangeError} if the table of terms is smaller than the lexicon
 *
 * @example
 * ```ts
 * import { readPrompts } from "lib/models/text/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const sizes = { characterRows: 64, ngramRows: 64, termRows: 501, wordRows: 64, maxCharacters: 8, maxWords: 3 };
 * const { mask, wordMask } = readPrompts(["red cat", ""], sizes);
 * assert.deepEqual([...mask.data], [1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
 * assert.deepEqual([...wordMask.data], [1, 1, 0, 0, 0, 0]);
 * ```
 */
export function readPrompts(
  prompts: readonly string[],
  config: PromptSizes,
  lexicon: Lexicon = LEXICON,
): PromptTokens {
  const { maxCharacters, maxWords, ngramRows: rows } = config;
  if (lexicon.size >= config.termRows) {
    throw new RangeError(
      `Cannot read prompts: termRows must be at least ${lexicon.size + 1}, ` +
        `one more than there are terms: current value is ${config.termRows}`,
    );
  }
  const read = prompts.map((prompt) => {
    const text = normalisePrompt(prompt);
    const all = [...text];
    const characters = all.slice(0, lengthWithin(text, maxCharacters));
    return {
      characters: characters.map((c) => characterRow(c, config.characterRows)),
      pairs: ngramRows(characters, 2, rows),
      triples: ngramRows(characters, 3, rows),
      terms: termRows(characters, lexicon),
      words: wordsOf(text).map((word) => hashOf(word) % config.wordRows),
    };
  });
  return {
    characters: table(read.map((p) => p.characters), maxCharacters),
    pairs: table(read.map((p) => p.pairs), maxCharacters),
    triples: table(read.map((p) => p.triples), maxCharacters),
    terms: table(read.map((p) => p.terms), maxCharacters),
    mask: maskOf(read.map((p) => p.characters.length), maxCharacters),
    words: table(read.map((p) => p.words), maxWords),
    wordMask: maskOf(read.map((p) => p.words.length), maxWords),
  };
}

const WORDS = new Intl.Segmenter("und", { granularity: "word" });
const GRAPHEMES = new Intl.Segmenter("und", { granularity: "grapheme" });

function wordsOf(text: string): string[] {
  return [...WORDS.segment(text)].filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment);
}

/**
 * Characters (code points) of a text that are read: all of them, or as many
 * whole words as there is room for. A word that fills more than half of the
 * room alone is cut where no sign is torn apart.
 */
function lengthWithin(text: string, limit: number): number {
  const fit = (segmenter: Intl.Segmenter): number => {
    let length = 0;
    for (const { segment } of segmenter.segment(text)) {
      const next = length + [...segment].length;
      if (next > limit) return length;
      length = next;
    }
    return length;
  };
  const words = fit(WORDS);
  if (words > limit / 2 || words === [...text].length) return words;
  return Math.max(words, fit(GRAPHEMES)) || limit;
}

/** Rows of the n-grams that end at each character; the start is marked. */
function ngramRows(characters: string[], n: number, rows: number): number[] {
  return characters.map((_, i) => {
    const gram = characters.slice(Math.max(0, i - n + 1), i + 1).join("");
    return hashOf(i < n - 1 ? `^${n}${gram}` : `${n}${gram}`) % rows;
  });
}

/** Rows of the terms that the characters are part of. */
function termRows(characters: string[], lexicon: Lexicon): number[] {
  const rows = new Array<number>(characters.length).fill(0);
  for (const { index, start, end } of lexicon.find(characters)) {
    rows.fill(index + 1, start, end);
  }
  return rows;
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

/**
 * Empty prompts in the shape of others: the unconditional half of guidance.
 *
 * @example
 * ```ts
 * import { emptyPrompts, readPrompts } from "lib/models/text/mod.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * const { mask } = emptyPrompts(readPrompts(["a red cat"], PRESETS.tiny.text));
 * assert.ok(mask.data.every((value) => value === 0));
 * ```
 */
export function emptyPrompts(
  { characters, words }: PromptTokens,
): PromptTokens {
  return {
    characters: zeros(characters.shape, "int32"),
    pairs: zeros(characters.shape, "int32"),
    triples: zeros(characters.shape, "int32"),
    terms: zeros(characters.shape, "int32"),
    mask: zeros(characters.shape),
    words: zeros(words.shape, "int32"),
    wordMask: zeros(words.shape),
  };
}
