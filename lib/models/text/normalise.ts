/** Marks that may stand on one letter; scripts need up to five, pranks use hundreds. */
const MARKS = 6;

/** More marks than that in a row. */
const STACKED = new RegExp(`(\\p{M}{${MARKS}})\\p{M}+`, "gu");

/**
 * Characters that show nothing and change no word: controls, byte order marks,
 * soft hyphens, signs that turn the direction of writing, variation selectors.
 * The joiners U+200C and U+200D stay: they make other words and other emoji.
 */
const INVISIBLE =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]/gu;

/**
 * Brings different spellings of one prompt together: lower case, composed
 * characters (Unicode NFC), single spaces, nothing invisible. Composed last,
 * for some letters have a composed form in lower case only.
 *
 * Text keeps the order in which it is read, in scripts that run from right to
 * left as well. A surrogate without its other half becomes U+FFFD.
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
