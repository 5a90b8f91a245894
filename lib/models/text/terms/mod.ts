import type { VideoTerm } from "../term.ts";
import terms from "./terms.json" with { type: "json" };

/**
 * The project's video terms. Their order is part of every trained text
 * encoder: new terms go to the end.
 */
export const VIDEO_TERMS: readonly VideoTerm[] = terms;
