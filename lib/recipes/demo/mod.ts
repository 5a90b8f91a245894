/**
 * The one-clip gate in parts, for a notebook that looks at each of them.
 *
 * @module
 */
export type { CaptionedClip } from "./clips.ts";
export * from "./open.ts";
export { demoOptions } from "./options.ts";
export * from "./pipeline.ts";
export { demoPlan } from "./plan.ts";
export { verdictsOf } from "./report.ts";
