import { type Knobs, readKnobs } from "../command_line/mod.ts";
import { trainFlags, type TrainOptions } from "./options.ts";

/** Flags that a notebook takes: not those that ask for other work than its cells do. */
export const notebookFlags = trainFlags.omit({ config: true, dryRun: true });

/**
 * The options of a notebook that trains: its knobs, and any other flag of the
 * trainer as it would be typed.
 *
 * @param knobs By the names of flags; 0 or "" where one that may be left out is.
 * @throws {InputError} naming the flag
 *
 * @example
 * ```ts
 * import { trainOptions } from "lib/recipes/train/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { run, maxSteps, batch } = trainOptions({ run: "runs/a", maxSteps: 0 }, ["--batch=8"]);
 * assert.deepEqual([run, maxSteps, batch], ["runs/a", undefined, 8]);
 * ```
 */
export function trainOptions(
  knobs: Knobs,
  flags: readonly string[],
): TrainOptions {
  return trainFlags.parse(readKnobs(notebookFlags, knobs, flags));
}
