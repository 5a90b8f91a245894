import {
  firstError,
  isDiskFull,
  messageOf,
  StoppedError,
  type StopReason,
} from "../../core/mod.ts";

export { StoppedError, type StopReason };

/** A run cannot continue by itself; its last checkpoint is valid. */
export class RunFailedError extends Error {
  override readonly name: string = "RunFailedError";
}

/** Too many gradients in a row were refused. */
export class DivergedError extends RunFailedError {
  override readonly name = "DivergedError";
}

/** The disk is too full for the next checkpoint. */
export class DiskFullError extends RunFailedError {
  override readonly name = "DiskFullError";
}

/** A request to a run, served between two steps. */
export type Request =
  | { readonly kind: "save" }
  | { readonly kind: "stop"; readonly reason: StopReason };

/**
 * The error that ended a run: the first one if closing its files failed as well,
 * and a {@link DiskFullError} for a full disk, whichever file was written.
 *
 * @param folder The run's folder.
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
