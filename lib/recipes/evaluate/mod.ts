/**
 * What a trained model is worth, on held-out takes of the world: for the
 * command, for notebooks, and part by part.
 *
 * @module
 */
export { evaluateCommand } from "./command.ts";
export { evaluate, type EvaluateHost, type Findings } from "./evaluate.ts";
export {
  evaluateModel,
  type Evaluation,
  type EvaluationWork,
  type PhaseResult,
} from "./evaluation.ts";
export { evaluationText } from "./evaluation_text.ts";
export type { Sample } from "./examiner.ts";
export { type DrawOptions, type EvaluatedModel, openModel } from "./model.ts";
export {
  evaluateFlags,
  type EvaluateOptions,
  evaluateOptions,
  notebookFlags,
} from "./options.ts";
export type { PromptCounts, PromptResults } from "./prompt_results.ts";
export { languagesOf } from "./questions.ts";
export { evaluationHtml } from "./report.ts";
export { FVD_GOAL, reportCurves } from "./report_curves.ts";
export { sideBySide } from "./side_by_side.ts";
