/**
 * What is computed once and read many times.
 *
 * @module
 */
export * from "./cached_file.ts";
export * from "./latent_cache.ts";
