/**
 * Clips in the forms in which notebooks show them.
 *
 * @module
 */
export * from "./show_clip.ts";
