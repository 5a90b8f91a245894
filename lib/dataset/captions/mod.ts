/**
 * Captions of synthetic clips, as sentences and as lists of Unicode CLDR names.
 *
 * @module
 */
export { caption, namePhrase } from "./caption.ts";
export { LANGUAGES } from "./cldr.ts";
export { cldrCoverage, type Coverage, coverageImage } from "./coverage.ts";
export { checkLanguages, sampleCaption } from "./sample_caption.ts";
