/**
 * Trainings as their folders show them; nothing is started or changed.
 *
 * @module
 */
export * from "./read_runs.ts";
