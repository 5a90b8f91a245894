/**
 * A mistake in the user's input: a file, a field, a flag or a prompt.
 *
 * The message is one line with the field, the rule, the value found and the
 * likely fix. The command line prints it without a stack trace and exits with
 * code 2. All other errors are defects and keep their stack.
 */
export class InputError extends Error {
  override readonly name: string = "InputError";
  readonly exitCode = 2;
}

/** Numbers that must be finite are NaN or infinite: weights, latents, pixels. */
export class NotFiniteError extends InputError {
  override readonly name = "NotFiniteError";
}

/** Why a run was stopped before its end. */
export type StopReason = "interrupt" | "stop file" | "time";

/** Work was stopped from outside; all that was finished is saved. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";

  constructor(message: string, readonly reason: StopReason = "interrupt") {
    super(message);
  }
}

/** A run that cannot continue by itself; its last checkpoint is intact. */
export class RunFailedError extends Error {
  override readonly name: string = "RunFailedError";
}

/** Too many unusable steps came in a row. */
export class DivergedError extends RunFailedError {
  override readonly name = "DivergedError";
}

/** The disk has no room for the next checkpoint. */
export class DiskFullError extends RunFailedError {
  override readonly name = "DiskFullError";
}

/** The error for a file that does not exist. */
export function missingFile(path: string, kind = "file"): InputError {
  return new InputError(
    `Cannot read "${path}": the ${kind} must exist: there is none; check the path`,
  );
}

/** Returns the message of anything thrown, without the class name or a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The first failure, where closing resources afterwards failed as well. */
export function firstError(error: unknown): unknown {
  let first = error;
  while (first instanceof SuppressedError) first = first.suppressed;
  return first;
}

/** Whether the operating system, or Deno's permissions, refused a file or folder. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable ||
    error instanceof Error &&
      (/\(os error \d+\)/.test(error.message) ||
        /^E[A-Z]+$/.test(String((error as { code?: unknown }).code)));
}

/** Whether JavaScript could not make an array, for its length or for want of memory. */
export function isArrayTooLong(error: unknown): boolean {
  return error instanceof RangeError &&
    /allocation failed|Invalid (typed )?array (buffer )?length|Invalid string length/
      .test(error.message);
}

/** Codes of systems for a file that takes no more bytes. */
const DISK_FULL: readonly unknown[] = ["ENOSPC", "EDQUOT", "EFBIG"];

/** Whether a write failed for want of disk space, or by a quota or size limit. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error &&
    DISK_FULL.includes((error as { code?: unknown }).code);
}
