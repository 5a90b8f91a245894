/**
 * What is computed once and read many times.
 *
 * @module
 */
export * from "./latent_cache.ts";
