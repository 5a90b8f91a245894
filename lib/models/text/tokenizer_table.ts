import type { TextConfig } from "./config.ts";
import { HANGUL, HYPHENS, OPTIONAL, spellingsOf, UNSPACED } from "./lexicon.ts";
import { INVISIBLE, MARKS } from "./normalise.ts";
import { BLOCKS, UNICODE_ROWS } from "./unicode.ts";
import { VIDEO_TERMS } from "./video_terms.ts";

/**
 * What `tokenisePrompts` knows, as JSON, for programs in other languages;
 * `lib/recipes/export/tokenizer.py` reads it. Patterns are regular expressions
 * of literal characters, classes and look-around alone, so that JavaScript,
 * Python, PCRE and .NET read them alike.
 */
export interface TokenizerTable {
  readonly format: "aiprod-tokenizer-1";
  readonly characterRows: number;
  readonly ngramRows: number;
  readonly wordRows: number;
  readonly maxCharacters: number;
  readonly maxWords: number;
  /**
   * First and last code points in the order of their rows, from row 1; absent
   * where characters are hashed.
   */
  readonly blocks?: readonly (readonly [first: number, last: number])[];
  /** Pattern of a character that prompts leave out. */
  readonly invisible: string;
  /** Pattern of too many combining marks; group 1 stays. */
  readonly stacked: string;
  /** Pattern of a character that spellings leave out. */
  readonly optional: string;
  /** Pattern of a character that spellings have as a space. */
  readonly hyphens: string;
  /** Pattern of a video term in the letters of a prompt. */
  readonly term: string;
  /** Row of the video term of each spelling, from 1. */
  readonly terms: Readonly<Record<string, number>>;
  /** Pattern that divides a prompt into words and what is between them. */
  readonly segment: string;
  /** Pattern of a character that makes a segment a word. */
  readonly word: string;
}

/**
 * The table of a text encoder. Words follow the rules of Unicode (UAX 29); in
 * scripts without spaces, where a dictionary is needed, the longest known word
 * counts.
 *
 * @param vocabulary Known words; those of scripts without spaces are kept.
 *
 * @example
 * ```ts
 * import { tokenizerTable } from "lib/models/text/mod.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * const { terms, segment } = tokenizerTable(PRESETS.tiny.text, ["赤い", "猫"]);
 * assert.equal(terms["close up"], 1);
 * assert.deepEqual("a cat's 赤い猫".match(new RegExp(segment, "gu")), ["a", " ", "cat's", " ", "赤い", "猫"]);
 * ```
 */
export function tokenizerTable(
  config: TextConfig,
  vocabulary: Iterable<string>,
): TokenizerTable {
  const spellings = spellingsOf(VIDEO_TERMS);
  const [unspaced, hangul, letter, digit, mark] = [
    UNSPACED,
    HANGUL,
    /\p{L}/u,
    /\p{N}/u,
    /[\p{M}\u200c\u200d]/u,
  ].map((pattern) => rangesOf(pattern)) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const joined = rangesOf(/[\p{L}\p{N}\p{M}]/u, UNSPACED);
  const edge = `(?:(?<![${joined}])|(?![${joined}]))`;
  const words = [...new Set(vocabulary)]
    .filter((word) => UNSPACED.test([...word][0]!));
  const inside = `[${rangesOf(/[\p{L}\p{N}\p{M}\u200c\u200d_]/u, UNSPACED)}]`;
  const start = `[${rangesOf(/[\p{L}\p{N}_]/u, UNSPACED)}]`;
  const between = `(?<=[${letter}])['·‘’․‧״](?=[${letter}])|` +
    `(?<=[${digit}])[,.;'’](?=[${digit}])`;
  return {
    format: "aiprod-tokenizer-1",
    characterRows: config.characterRows,
    ngramRows: config.ngramRows,
    wordRows: config.wordRows,
    maxCharacters: config.maxCharacters,
    maxWords: config.maxWords,
    ...(config.characterRows >= UNICODE_ROWS && { blocks: BLOCKS }),
    invisible: `[${rangesOf(new RegExp(INVISIBLE.source, "u"))}]`,
    stacked: `([${rangesOf(/\p{M}/u)}]{${MARKS}})[${rangesOf(/\p{M}/u)}]+`,
    optional: `[${rangesOf(OPTIONAL)}]`,
    hyphens: `[${rangesOf(HYPHENS)}]`,
    term: `${edge}(?:${anyOf(spellings.keys())})(?:${edge}|(?<=[${hangul}]))`,
    terms: Object.fromEntries(
      spellings.entries().map(([spelling, index]) => [spelling, index + 1]),
    ),
    segment: (words.length > 0 ? `(?:${anyOf(words)})[${mark}]*|` : "") +
      `[${unspaced}][${mark}]*|${start}(?:${inside}|${between})*|` +
      `[\\s\\S][${mark}]*`,
    word: `[${letter}${digit}]`,
  };
}

/** A pattern of texts, the longest first. */
function anyOf(texts: Iterable<string>): string {
  return [...texts].sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
    .map((text) => text.replaceAll(/[.*+?^${}()|[\]\\\/]/g, "\\$&"))
    .join("|");
}

/** The content of a class: the characters that a pattern accepts and another does not. */
function rangesOf(pattern: RegExp, but?: RegExp): string {
  const ranges: [number, number][] = [];
  for (let code = 0; code < 0xe0200; code++) {
    if (code === 0x40000) code = 0xe0000; // nothing is assigned between
    const character = String.fromCodePoint(code);
    if (!pattern.test(character) || but?.test(character)) continue;
    const last = ranges.at(-1);
    if (last?.[1] === code - 1) last[1] = code;
    else ranges.push([code, code]);
  }
  const text = (code: number): string =>
    String.fromCodePoint(code).replace(/[\]\\^-]/, "\\$&");
  return ranges.map(([first, last]) =>
    first === last ? text(first) : `${text(first)}-${text(last)}`
  ).join("");
}
