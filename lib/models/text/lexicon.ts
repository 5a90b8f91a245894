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

/** A node of a trie of characters; the path to it spells a term. */
interface Branch {
  readonly next: Map<string, Branch>;
  index?: number;
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
  const root: Branch = { next: new Map() };
  for (const [index, { id, name, aliases }] of terms.entries()) {
    for (const spelling of [name, ...Object.values(aliases).flat()]) {
      let branch = root;
      for (const character of normalisePrompt(spelling)) {
        if (OPTIONAL.test(character)) continue;
        const key = keyOf(character);
        let next = branch.next.get(key);
        if (!next) branch.next.set(key, next = { next: new Map() });
        branch = next;
      }
      if (branch === root) continue;
      if (branch.index !== undefined && branch.index !== index) {
        throw new RangeError(
          `Cannot make a lexicon: every spelling must belong to one term: ` +
            `"${spelling}" belongs to ${terms[branch.index]!.id} and ${id}`,
        );
      }
      branch.index = index;
    }
  }
  return {
    size: terms.length,
    find(characters) {
      const found: FoundTerm[] = [];
      for (let start = 0; start < characters.length; start++) {
        const match = longest(root, characters, start);
        if (!match) continue;
        found.push({ ...match, term: terms[match.index]!, start });
        start = match.end - 1;
      }
      return found;
    },
  };
}

/** The longest term that begins at a character. */
function longest(
  root: Branch,
  characters: readonly string[],
  start: number,
): { index: number; end: number } | undefined {
  if (joins(characters[start - 1], characters[start]!)) return undefined;
  let match: { index: number; end: number } | undefined;
  let branch: Branch | undefined = root;
  for (let place = start; place < characters.length; place++) {
    const character = characters[place]!;
    if (place > start && OPTIONAL.test(character)) {
      if (match?.end === place) match = { ...match, end: place + 1 };
      continue;
    }
    branch = branch.next.get(keyOf(character));
    if (!branch) break;
    const { index } = branch;
    if (index === undefined) continue;
    const follows = letterAfter(characters, place);
    if (
      HANGUL.test(character) || follows === undefined ||
      !joins(character, follows)
    ) match = { index, end: place + 1 };
  }
  return match;
}

/** The next character after a place that is not optional. */
function letterAfter(
  characters: readonly string[],
  place: number,
): string | undefined {
  let next = place + 1;
  while (next < characters.length && OPTIONAL.test(characters[next]!)) {
    next++;
  }
  return characters[next];
}

/** Vowel signs of Arabic and Hebrew, and the tatweel, which stretches Arabic words. */
const OPTIONAL =
  /^[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670]$/u;
const HYPHENS = /^[-\u2010-\u2015\u2212\u30fb_]$/u;
const WORD = /^[\p{L}\p{N}\p{M}]$/u;
/** Scripts without spaces between words. */
const UNSPACED =
  /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\p{sc=Tibt}\u30fc]$/u;
const HANGUL = /^\p{sc=Hang}$/u;

function keyOf(character: string): string {
  return HYPHENS.test(character) ? " " : character;
}

/** Whether two neighbours belong to one word. */
function joins(before: string | undefined, after: string): boolean {
  return before !== undefined && WORD.test(before) && WORD.test(after) &&
    !UNSPACED.test(before) && !UNSPACED.test(after);
}
