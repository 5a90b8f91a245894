/**
 * The processes of one task, which a launcher of MPI started: their sums,
 * and what one alone does for all.
 *
 * @module
 */
export * from "./launch.ts";
export * from "./ranks.ts";
export * from "./shared.ts";
