/**
 * Rectified flow: noise for training, solvers and guidance for sampling.
 *
 * @module
 */
export * from "./given_frames.ts";
export * from "./guidance.ts";
export * from "./motion_energy.ts";
export * from "./rectified_flow.ts";
export * from "./repaint.ts";
export * from "./sampler.ts";
export * from "./samplers.ts";
export * from "./schedule.ts";
export * from "./solver.ts";
export * from "./steer.ts";
