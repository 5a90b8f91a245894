/**
 * What the analysis of LTX-2 is compared with: preset `base` and its phases.
 *
 * @module
 */
export * from "./subject.ts";
