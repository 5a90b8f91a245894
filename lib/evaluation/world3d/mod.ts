/**
 * world3d, the project's own feature network: object, colour, motion and camera.
 *
 * @module
 */
export * from "./any_video.ts";
export * from "./config.ts";
export * from "./examples.ts";
export * from "./held_out_accuracy.ts";
export * from "./label_classes.ts";
export * from "./loss.ts";
export * from "./network.ts";
export * from "./open.ts";
export * from "./sensitivity.ts";
export * from "./weights.ts";
