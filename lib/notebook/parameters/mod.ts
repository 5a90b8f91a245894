/**
 * The knobs of a notebook: read from one cell, set by another.
 *
 * @module
 */
export * from "./inject.ts";
export * from "./read.ts";
