/**
 * The project's own feature network: what is in a clip, and how it moves.
 *
 * @module
 */
export * from "./config.ts";
export * from "./loss.ts";
export * from "./network.ts";
export * from "./open.ts";
export * from "./weights.ts";
