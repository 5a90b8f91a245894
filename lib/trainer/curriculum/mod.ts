/**
 * Stages of training as plain data.
 *
 * @module
 */
export * from "./stage_plan.ts";
