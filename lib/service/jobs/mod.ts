/**
 * Jobs from their creation to their end: queue, claims, costs, removal.
 *
 * @module
 */
export * from "./cancel.ts";
export * from "./cost.ts";
export * from "./create.ts";
export * from "./payload.ts";
export * from "./queue.ts";
export * from "./read.ts";
export * from "./sweep.ts";
