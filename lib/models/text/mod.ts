/**
 * MultilingualTextEncoder: prompts in any script to a sequence of vectors.
 *
 * @module
 */
export * from "./config.ts";
export * from "./prompt.ts";
export * from "./text_encoder.ts";
