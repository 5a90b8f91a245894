/**
 * Jupyter notebooks at work: what they show, and how they run overnight.
 *
 * @module
 */
export * from "./display/mod.ts";
export * from "./kernel/mod.ts";
export * from "./page/mod.ts";
export * from "./parameters/mod.ts";
export * from "./runner/mod.ts";
