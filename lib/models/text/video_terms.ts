import * as z from "zod";
import terms from "./video_terms.json" with { type: "json" };

/** The kinds of video terms. */
export const TERM_CATEGORIES = [
  "camera",
  "effects",
  "composition",
  "lighting",
  "editing",
] as const;

/** The kind of a video term. */
export type TermCategory = typeof TERM_CATEGORIES[number];

/** A technical term such as "dolly zoom", which has an embedding of its own. */
export const videoTermSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(_[a-z0-9]+)*$/).describe(
    "permanent name, such as dolly_zoom",
  ),
  category: z.enum(TERM_CATEGORIES).describe("kind of term"),
  name: z.string().min(1).describe("in English"),
  aliases: z.record(
    z.string().regex(/^[a-z]{2,3}(-[A-Za-z]+)*$/),
    z.array(z.string().min(1)).min(1),
  ).describe("other spellings and translations, by language (BCP 47)"),
});

/** A video term, checked. */
export type VideoTerm = Readonly<z.infer<typeof videoTermSchema>>;

/**
 * The project's video terms: 500, a hundred of each category. Their order is
 * part of every trained text encoder: new terms go to the end.
 *
 * @example
 * ```ts
 * import { VIDEO_TERMS } from "lib/models/text/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const zoom = VIDEO_TERMS.find(({ id }) => id === "dolly_zoom");
 * assert.deepEqual(zoom?.aliases.de, ["Vertigo-Effekt"]);
 * ```
 */
export const VIDEO_TERMS: readonly VideoTerm[] = z.array(videoTermSchema)
  .parse(terms);
