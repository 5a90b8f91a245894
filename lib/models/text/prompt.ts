import { float32, hashOf, int32, type NdArray } from "../../core/mod.ts";
import type { TextConfig } from "./config.ts";
import { type Lexicon, lexiconOf } from "./lexicon.ts";
import { normalisePrompt } from "./normalise.ts";
import { VIDEO_TERMS } from "./video_terms.ts";
import { characterRow } from "./unicode.ts";

/** Tokenised prompts: rows of the tables of text encoder and backbone. */
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

let cachedLexicon: Lexicon | undefined;

/** The lexicon of video terms, made when the first prompt needs it. */
function videoLexicon(): Lexicon {
  return cachedLexicon ??= lexiconOf(VIDEO_TERMS);
}

/**
 * Tokenises prompts: characters, the pairs and triples that end at them, the
 * video terms that they are part of, and words, split by the rules of Unicode
 * (also in scripts without spaces). The empty prompt has no characters: it is
 * the unconditional one.
 *
 * @throws {RangeError} if the table of terms is smaller than the lexicon
 *
 * @example
 * ```ts
 * import { tokenisePrompts } from "lib/models/text/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const sizes = { characterRows: 64, ngramRows: 64, termRows: 501, wordRows: 64, maxCharacters: 8, maxWords: 3 };
 * const { mask, wordMask } = tokenisePrompts(["red cat", ""], sizes);
 * assert.deepEqual([...mask.data], [1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
 * assert.deepEqual([...wordMask.data], [1, 1, 0, 0, 0, 0]);
 * ```
 */
export function tokenisePrompts(
  prompts: readonly string[],
  config: Pick<
    TextConfig,
    | "characterRows"
    | "ngramRows"
    | "termRows"
    | "wordRows"
    | "maxCharacters"
    | "maxWords"
  >,
  lexicon: Lexicon = videoLexicon(),
): PromptTokens {
  const { maxCharacters, maxWords, ngramRows: rows } = config;
  if (lexicon.size >= config.termRows) {
    throw new RangeError(
      `Cannot tokenise prompts: termRows must be at least ${
        lexicon.size + 1
      }, ` +
        `one more than there are terms: current value is ${config.termRows}`,
    );
  }
  const rowsOf = prompts.map((prompt) => {
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
    characters: table(rowsOf.map((p) => p.characters), maxCharacters),
    pairs: table(rowsOf.map((p) => p.pairs), maxCharacters),
    triples: table(rowsOf.map((p) => p.triples), maxCharacters),
    terms: table(rowsOf.map((p) => p.terms), maxCharacters),
    mask: maskOf(rowsOf.map((p) => p.characters.length), maxCharacters),
    words: table(rowsOf.map((p) => p.words), maxWords),
    wordMask: maskOf(rowsOf.map((p) => p.words.length), maxWords),
  };
}

const WORDS = new Intl.Segmenter("und", { granularity: "word" });
const GRAPHEMES = new Intl.Segmenter("und", { granularity: "grapheme" });

function wordsOf(text: string): string[] {
  return [...WORDS.segment(text)].filter(({ isWordLike }) => isWordLike)
    .map(({ segment }) => segment);
}

/**
 * Code points of a text that are kept: all of them, or as many whole words as
 * fit. A word that takes more than half of the limit is cut between graphemes.
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

/** Rows of the n-grams that end at each character; those at the start are marked. */
function ngramRows(characters: string[], n: number, rows: number): number[] {
  return characters.map((_, i) => {
    const gram = characters.slice(Math.max(0, i - n + 1), i + 1).join("");
    return hashOf(i < n - 1 ? `^${n}${gram}` : `${n}${gram}`) % rows;
  });
}

/** Row of the term that each character is part of; 0 for none. */
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
