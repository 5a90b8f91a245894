/**
 * InceptionV3, a network of real pictures: features of clips, and a perceptual
 * distance of pairs.
 *
 * @module
 */
export * from "./architecture.ts";
export * from "./network.ts";
export * from "./open.ts";
export * from "./picture_distance.ts";
export * from "./weights.ts";
