/**
 * Videos made up on the spot, with exact labels: the same for the same seed.
 *
 * @module
 */
export * from "./demo.ts";
export * from "./render.ts";
export * from "./scene.ts";
