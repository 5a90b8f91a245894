/**
 * Evaluation of a trained model on held-out scenes of the synthetic world.
 *
 * @module
 */
export type { ClipScores } from "./clip_scores.ts";
export * from "./evaluate_model.ts";
export * from "./evaluator.ts";
export * from "./prompt_results.ts";
export * from "./prompt_set.ts";
