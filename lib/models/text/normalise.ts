/** Most combining marks on a letter: scripts need up to five, "Zalgo" text has hundreds. */
export const MARKS = 6;

/** More marks than that in a row. */
const STACKED = new RegExp(`(\\p{M}{${MARKS}})\\p{M}+`, "gu");

/**
 * Invisible characters that change no word: controls, byte order marks, soft
 * hyphens, marks of the writing direction, variation selectors. The joiners
 * U+200C and U+200D stay: they change words and emoji.
 */
export const INVISIBLE =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]/gu;

/**
 * Normalises a prompt: lower case, composed characters (Unicode NFC), single
 * spaces, nothing invisible. Composed last, since some letters have a composed
 * form in lower case only.
 *
 * Text stays in reading order, in scripts from right to left too. An unpaired
 * surrogate becomes U+FFFD.
 *
 * @example
 * ```ts
 * import { normalisePrompt } from "lib/models/text/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(normalisePrompt("  A  Cafe\u0301 "), "a café");
 * assert.equal(normalisePrompt("a\u200b cat\ud83d"), "a cat\ufffd");
 * ```
 */
export function normalisePrompt(prompt: string): string {
  return prompt.toWellFormed().toLowerCase()
    .replaceAll(INVISIBLE, "")
    .replaceAll(/\s+/gu, " ")
    .normalize("NFC")
    .replaceAll(STACKED, "$1")
    .trim();
}
