/**
 * MultilingualTextEncoder: prompts in any script to a sequence of vectors.
 *
 * @module
 */
export * from "./config.ts";
export { type FoundTerm, type Lexicon, lexiconOf } from "./lexicon.ts";
export { normalisePrompt } from "./normalise.ts";
export * from "./prompt.ts";
export * from "./text_encoder.ts";
export * from "./tokenizer_table.ts";
export { characterRow, UNICODE_ROWS } from "./unicode.ts";
export * from "./video_terms.ts";
