/**
 * MultilingualTextEncoder: prompts in any script to a sequence of vectors.
 *
 * @module
 */
export * from "./config.ts";
export * from "./lexicon.ts";
export * from "./normalise.ts";
export * from "./prompt.ts";
export * from "./text_encoder.ts";
export * from "./unicode.ts";
export * from "./video_terms.ts";
