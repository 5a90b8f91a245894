/**
 * The analysis of LTX-2 as a command and for its notebook, and the model that it
 * is compared with: preset `base` and its phases.
 *
 * @module
 */
export { analyzeCommand, headerOf } from "./command.ts";
export { analyzeFlags, notebookFlags } from "./options.ts";
export { comparisonText } from "./report.ts";
export * from "./subject.ts";
