import type { Progress, ProgressTask } from "./progress.ts";

const SILENT_TASK: ProgressTask = {
  update: () => {},
  finish: () => {},
  [Symbol.dispose]: () => {},
};

/**
 * Progress that nobody watches: for tests, and for callers who asked for quiet.
 *
 * @example
 * ```ts
 * import { silentProgress } from "lib/core/mod.ts";
 *
 * using task = silentProgress.start({ label: "Training", total: 2, unit: "steps" });
 * task.update(1, { loss: 0.5 });
 * ```
 */
export const silentProgress: Progress = { start: () => SILENT_TASK };
