/**
 * How parameters move: AdamW, and Muon for hidden layers, on gradients of
 * limited norm.
 *
 * @module
 */
export * from "./adamw.ts";
export * from "./clip.ts";
export * from "./lr_multiplier.ts";
export * from "./muon.ts";
export * from "./optimiser.ts";
