/**
 * AdamW, Adafactor, Muon for hidden layers, and gradient clipping.
 *
 * @module
 */
export * from "./adafactor.ts";
export * from "./adamw.ts";
export * from "./clip.ts";
export * from "./muon.ts";
export * from "./optimiser.ts";
export * from "./optimisers.ts";
export * from "./row_adamw.ts";
export * from "./small_tensors.ts";
