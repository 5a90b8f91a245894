/**
 * Parts of notebooks: displays of clips, and training in cells.
 *
 * @module
 */
export * from "./show_clip.ts";
export * from "./training.ts";
