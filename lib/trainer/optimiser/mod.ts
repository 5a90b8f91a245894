/**
 * How parameters move: AdamW on gradients of limited norm.
 *
 * @module
 */
export * from "./adamw.ts";
export * from "./clip.ts";
