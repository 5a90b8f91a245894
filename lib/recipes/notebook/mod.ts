/**
 * What notebooks are made of: clips as they show them, training in their cells.
 *
 * @module
 */
export * from "./show_clip.ts";
export * from "./training.ts";
