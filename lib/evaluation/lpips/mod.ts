/**
 * LPIPS: how different two pictures look.
 *
 * @module
 */
export * from "./architecture.ts";
export * from "./network.ts";
