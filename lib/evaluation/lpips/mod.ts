/**
 * LPIPS: perceptual distance of pictures.
 *
 * @module
 */
export * from "./architecture.ts";
export * from "./network.ts";
export * from "./open.ts";
export * from "./weights.ts";
