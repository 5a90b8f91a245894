/**
 * Rectified flow: how clips are noised in training and drawn in sampling.
 *
 * @module
 */
export * from "./guidance.ts";
export * from "./rectified_flow.ts";
export * from "./sampler.ts";
export * from "./schedule.ts";
export * from "./solver.ts";
