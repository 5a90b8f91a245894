/**
 * The prompted decoder: from a latent that still has noise to pixels, under the
 * prompt that it was drawn by.
 *
 * @module
 */
export * from "./config.ts";
export * from "./known_pose.ts";
export * from "./prompted_decoder.ts";
export * from "./spread.ts";
export * from "./sprite.ts";
export * from "./sprite_pose.ts";
