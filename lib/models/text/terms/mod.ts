import * as z from "zod";
import { TERM_CATEGORIES, type VideoTerm } from "../term.ts";
import terms from "./terms.json" with { type: "json" };

/** What a line of `terms.json` must look like. */
export const videoTermSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(_[a-z0-9]+)*$/).describe(
    "names the term for good",
  ),
  category: z.enum(TERM_CATEGORIES).describe("what it is said of"),
  name: z.string().min(1).describe("in English"),
  aliases: z.record(
    z.string().regex(/^[a-z]{2,3}(-[A-Za-z]+)*$/),
    z.array(z.string().min(1)).min(1),
  ).describe("other ways to say it, by language (BCP 47)"),
});

/**
 * The project's video terms: 500, a hundred of each category. Their order is
 * part of every trained text encoder: new terms go to the end.
 *
 * @example
 * ```ts
 * import { VIDEO_TERMS } from "lib/models/text/terms/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const zoom = VIDEO_TERMS.find(({ id }) => id === "dolly_zoom");
 * assert.deepEqual(zoom?.aliases.de, ["Vertigo-Effekt"]);
 * ```
 */
export const VIDEO_TERMS: readonly VideoTerm[] = z.array(videoTermSchema)
  .parse(terms);
