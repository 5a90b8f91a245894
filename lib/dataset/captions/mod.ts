/**
 * What a clip shows, in words: with the names of Unicode CLDR in every covered
 * language.
 *
 * @module
 */
export * from "./caption.ts";
export * from "./cldr.ts";
export * from "./coverage.ts";
export * from "./coverage_image.ts";
export * from "./languages.ts";
