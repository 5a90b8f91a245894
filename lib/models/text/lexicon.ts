import { normalisePrompt } from "./normalise.ts";
import type { VideoTerm } from "./video_terms.ts";

/** A term found in a text. */
export interface FoundTerm {
  readonly term: VideoTerm;
  /** Of the term in the list, from 0. */
  readonly index: number;
  /** Code points of the text, `[start, end)`. */
  readonly start: number;
  readonly end: number;
}

/** Finds terms in normalised texts. */
export interface Lexicon {
  /** Number of terms. */
  readonly size: number;
  /**
   * The terms in a text, left to right; of overlapping ones the leftmost, and
   * of those the longest.
   *
   * @param characters Code points of a normalised prompt.
   */
  find(characters: readonly string[]): FoundTerm[];
}

/**
 * Makes a lexicon of terms, found by name and all aliases in any language.
 *
 * Hyphens count as spaces, and optional vowel signs of Arabic and Hebrew are
 * skipped. A term must not adjoin other letters, except in scripts without
 * spaces between words; in Korean a particle may follow.
 *
 * @throws {RangeError} if two terms share a spelling
 *
 * @example
 * ```ts
 * import { lexiconOf } from "lib/models/text/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const lexicon = lexiconOf([
 *   { id: "close_up", category: "camera", name: "close-up", aliases: { de: ["Nahaufnahme"], ja: ["クローズアップ"] } },
 * ]);
 * const found = lexicon.find([..."a close up of a cat"]);
 * assert.deepEqual([found[0]?.term.id, found[0]?.start, found[0]?.end], ["close_up", 2, 10]);
 * assert.equal(lexicon.find([..."猫のクローズアップ"]).length, 1);
 * ```
 */
export function lexiconOf(terms: readonly VideoTerm[]): Lexicon {
  const indices = spellingsOf(terms);
  // By their first two letters, the longest first.
  const spellings = Map.groupBy(
    [...indices.keys()].sort((a, b) => b.length - a.length),
    (letters) => letters.slice(0, 2),
  );
  return {
    size: terms.length,
    find(characters) {
      const letters = lettersOf(characters);
      const { text, places, offsets } = letters;
      const found: FoundTerm[] = [];
      for (let i = 0; i + 1 < places.length; i++) {
        const start = places[i]!;
        if (joins(characters[start - 1], characters[start]!)) continue;
        const at = offsets[i]!;
        const near = [
          ...spellings.get(text.slice(at, at + 2)) ?? [],
          ...spellings.get(text.slice(at, at + 1)) ?? [],
        ];
        for (const spelling of near) {
          if (!text.startsWith(spelling, at)) continue;
          const next = offsets.indexOf(at + spelling.length, i);
          const last = characters[places[next - 1]!]!;
          const follows = characters[places[next]!];
          if (
            follows !== undefined && !HANGUL.test(last) && joins(last, follows)
          ) continue;
          const index = indices.get(spelling)!;
          const end = places[next]!;
          found.push({ index, end, term: terms[index]!, start });
          i = next - 1;
          break;
        }
      }
      return found;
    },
  };
}

/**
 * The spellings of terms, by which texts are matched, with the place of the term
 * in the list.
 *
 * @throws {RangeError} if two terms share a spelling
 */
export function spellingsOf(terms: readonly VideoTerm[]): Map<string, number> {
  const indices = new Map<string, number>();
  for (const [index, { id, name, aliases }] of terms.entries()) {
    for (const spelling of [name, ...Object.values(aliases).flat()]) {
      const letters = normalisePrompt(spelling)
        .replace(ALL_OPTIONAL, "").replace(ALL_HYPHENS, " ");
      const owner = indices.get(letters) ?? index;
      if (owner !== index) {
        throw new RangeError(
          `Cannot make a lexicon: every spelling must belong to one term: ` +
            `"${spelling}" belongs to ${terms[owner]!.id} and ${id}`,
        );
      }
      if (letters !== "") indices.set(letters, index);
    }
  }
  return indices;
}

/** The letters of a text, by which terms are matched. */
interface Letters {
  /** Its letters in a row, hyphens as spaces, optional signs left out. */
  readonly text: string;
  /** Places of the letters among the characters; the last is their number. */
  readonly places: readonly number[];
  /** Places of the letters in the text; the last is its length. */
  readonly offsets: readonly number[];
}

function lettersOf(characters: readonly string[]): Letters {
  const places: number[] = [];
  const offsets: number[] = [];
  let text = "";
  for (const [place, character] of characters.entries()) {
    if (OPTIONAL.test(character)) continue;
    places.push(place);
    offsets.push(text.length);
    text += HYPHENS.test(character) ? " " : character;
  }
  return {
    text,
    places: [...places, characters.length],
    offsets: [...offsets, text.length],
  };
}

/**
 * Characters that spellings leave out: vowel signs of Arabic and Hebrew, and the
 * tatweel, which stretches Arabic words.
 */
export const OPTIONAL =
  /^[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670]$/u;
/** Characters that spellings have as spaces. */
export const HYPHENS = /^[-\u2010-\u2015\u2212\u30fb_]$/u;
/** The same anywhere in a text: one replacement is faster than a test for each letter. */
const [ALL_OPTIONAL, ALL_HYPHENS] = [OPTIONAL, HYPHENS]
  .map(({ source }) => new RegExp(source.slice(1, -1), "gu")) as [
    RegExp,
    RegExp,
  ];
const WORD = /^[\p{L}\p{N}\p{M}]$/u;
/** Scripts without spaces between words. */
export const UNSPACED =
  /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\p{sc=Tibt}\u30fc]$/u;
/** Korean, in which a particle may follow a term. */
export const HANGUL = /^\p{sc=Hang}$/u;

/** Whether two neighbours belong to one word. */
function joins(before: string | undefined, after: string): boolean {
  return before !== undefined && WORD.test(before) && WORD.test(after) &&
    !UNSPACED.test(before) && !UNSPACED.test(after);
}
