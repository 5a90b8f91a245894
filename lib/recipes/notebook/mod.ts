/**
 * Parts of notebooks: displays of clips, and training in cells.
 *
 * @module
 */
export * from "./one_by_one.ts";
export * from "./show_clip.ts";
export * from "./stage_displays.ts";
export * from "./training.ts";
