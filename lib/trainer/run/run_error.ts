import { firstError, isDiskFull, messageOf } from "../../core/mod.ts";
import { DiskFullError } from "../../core/mod.ts";

/**
 * The error that ended a run, for people: the first one where closing its files
 * failed as well, and a full disk in one line, whatever was being written.
 *
 * @param folder Of the run.
 *
 * @example
 * ```ts
 * import { runError } from "lib/trainer/run/run_error.ts";
 * import { messageOf } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const full = Object.assign(new Error("No space left"), { code: "ENOSPC" });
 * assert.match(messageOf(runError(full, "runs/nano")), /make room and run the same command$/);
 * ```
 */
export function runError(error: unknown, folder: string): unknown {
  const first = firstError(error);
  if (!isDiskFull(first)) return first;
  return new DiskFullError(
    `Cannot write to "${folder}": the disk must have room for metrics, ` +
      `samples and reports: ${messageOf(first)}; the last checkpoint is ` +
      "kept: make room and run the same command",
  );
}
