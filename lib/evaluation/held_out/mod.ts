/**
 * Evaluation of a model on held-out video of any kind.
 *
 * @module
 */
export * from "./colour_features.ts";
export * from "./evaluate_held_out.ts";
export * from "./flow_features.ts";
export * from "./judge_labels.ts";
export * from "./least_clips.ts";
export * from "./nearest.ts";
export * from "./nearest_mean.ts";
export * from "./result.ts";
export * from "./set_distances.ts";
