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
export interface VideoTerm {
  /** Permanent name, such as `dolly_zoom`. */
  readonly id: string;
  readonly category: TermCategory;
  /** In English. */
  readonly name: string;
  /** Other spellings and translations, by language (BCP 47). */
  readonly aliases: Readonly<Record<string, readonly string[]>>;
}

/**
 * The project's video terms: 500, a hundred of each category. Their order is
 * part of every trained text encoder: new terms go to the end. A test checks
 * their form, so that programs start without.
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
export const VIDEO_TERMS = terms as readonly VideoTerm[];
