/**
 * What a trained model is worth, on held-out takes of the world.
 *
 * @module
 */
export {
  evaluateModel,
  type Evaluation,
  type EvaluationWork,
  type PhaseResult,
} from "./evaluation.ts";
export { evaluationText } from "./evaluation_text.ts";
export type { Sample } from "./examiner.ts";
export { type DrawOptions, type EvaluatedModel, openModel } from "./model.ts";
export type { PromptCounts, PromptResults } from "./prompt_results.ts";
export { languagesOf } from "./questions.ts";
export { evaluationHtml } from "./report.ts";
