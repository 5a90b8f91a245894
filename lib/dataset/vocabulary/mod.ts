/**
 * What the synthetic world can show and captions can say: objects, motions,
 * camera, weather and light, each with its name in Unicode CLDR.
 *
 * @module
 */
export * from "./labels.ts";
export * from "./motions.ts";
export * from "./objects.ts";
