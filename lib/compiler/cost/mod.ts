/**
 * What a graph costs, told from the graph alone, before anything runs.
 *
 * @module
 */
export * from "./flops.ts";
export * from "./peak_bytes.ts";
export * from "./program_cost.ts";
