/**
 * Whether clips show what their prompts ask for.
 *
 * @module
 */
export * from "./judge.ts";
export * from "./table.ts";
export * from "./track.ts";
