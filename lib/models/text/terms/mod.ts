import type { VideoTerm } from "../term.ts";
import terms from "./terms.json" with { type: "json" };

/**
 * The project's video terms: 500, a hundred of each category. Their order is
 * part of every trained text encoder: new terms go to the end. A test checks
 * their form, so that programs start without.
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
export const VIDEO_TERMS = terms as readonly VideoTerm[];
