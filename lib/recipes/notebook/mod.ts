/**
 * Helpers for notebook cells: clips to display, training.
 *
 * @module
 */
export * from "./show_clip.ts";
export * from "./training.ts";
