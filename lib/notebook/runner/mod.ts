/**
 * Notebooks run to their end without anybody watching.
 *
 * @module
 */
export * from "./errors.ts";
export * from "./run.ts";
