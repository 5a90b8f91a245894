/**
 * Learning rate schedules: cosine decay, WSD, a constant rate.
 *
 * @module
 */
export * from "./learning_rate.ts";
export * from "./schedules.ts";
