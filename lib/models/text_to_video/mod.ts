/**
 * VAE, text encoder and backbone together: from a prompt to a video.
 *
 * @module
 */
export * from "./embedding_tables.ts";
export * from "./models.ts";
export * from "./parts.ts";
export * from "./pixels.ts";
export * from "./velocity.ts";
