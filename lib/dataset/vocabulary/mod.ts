/**
 * The vocabulary of synthetic clips and captions: objects, motions, camera moves,
 * weather and light, each with the emoji whose CLDR name denotes it.
 *
 * @module
 */
export * from "./labels.ts";
export * from "./motions.ts";
export * from "./objects.ts";
