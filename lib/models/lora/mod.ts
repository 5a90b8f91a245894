/**
 * Low-rank adapters of a frozen model.
 *
 * @module
 */
export * from "./config.ts";
export * from "./lora.ts";
export * from "./targets.ts";
