/**
 * Evaluation of trained models: for the command, for notebooks, and part by
 * part.
 *
 * @module
 */
export { assertSameEvaluation, evaluationFolder } from "./earlier_report.ts";
export {
  evaluate,
  evaluateCommand,
  type EvaluateHost,
  type Findings,
} from "./evaluate.ts";
export { openModel, type SamplingOptions } from "./model.ts";
export {
  evaluateFlags,
  type EvaluateOptions,
  evaluateOptions,
  notebookFlags,
} from "./options.ts";
export { heldOutTables } from "../metrics/held_out_tables.ts";
export { evaluateVideo, videoDataOf, type VideoFindings } from "./own_video.ts";
export { readingText } from "./video_text.ts";
export { evaluationHtml, evaluationText } from "./report.ts";
export { FVD_GOAL, reportCurves } from "./report_curves.ts";
export { clipsBeside, sideBySide } from "./side_by_side.ts";
