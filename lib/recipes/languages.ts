import * as z from "zod";
import { LANGUAGES } from "../dataset/captions/mod.ts";

/**
 * A flag for languages of captions: BCP 47 tags with commas between, or all.
 *
 * @example
 * ```ts
 * import { languagesFlag, languagesOf } from "lib/recipes/languages.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(languagesOf(languagesFlag.parse("en, ja")), ["en", "ja"]);
 * assert.throws(() => languagesFlag.parse("en,tlh"), /or some of af,/);
 * ```
 */
export const languagesFlag: z.ZodString = z.string().refine((text) => {
  const tags = languagesOf(text);
  return tags.length > 0 && tags.every((tag) => LANGUAGES.includes(tag));
}, `must be "all", or some of ${LANGUAGES.join(",")} with commas between them`);

/** The tags of a value of {@link languagesFlag}. */
export function languagesOf(text: string): readonly string[] {
  return text === "all"
    ? LANGUAGES
    : text.split(",").map((tag) => tag.trim()).filter(Boolean);
}
