/**
 * Deno's own Jupyter kernel as a child process.
 *
 * @module
 */
export * from "./kernel.ts";
export * from "./language.ts";
export * from "./message.ts";
export { environmentForDeno } from "./process.ts";
