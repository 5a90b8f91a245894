/**
 * A mistake in what the user gave: a file, a field, a flag or a prompt.
 *
 * The message is one line that names the thing, the rule, the value found and
 * the likely fix. The command line prints it without a stack trace and exits
 * with code 2. Anything else that is thrown is a defect of ours and keeps its
 * stack.
 *
 * @example
 * ```ts
 * import { InputError } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const error = new InputError(
 *   'Cannot decode "clip.mp4": the file must hold a video stream: it is a text file; pass a video',
 * );
 * assert.equal(error.name, "InputError");
 * assert.equal(error.exitCode, 2);
 * ```
 */
export class InputError extends Error {
  override readonly name: string = "InputError";
  readonly exitCode = 2;
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

/** Returns the message of anything thrown, without the class name or a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * What failed first, where closing things afterwards failed as well.
 *
 * @example
 * ```ts
 * import { firstError } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const [first, later] = [new Error("no room"), new Error("no room either")];
 * assert.equal(firstError(new SuppressedError(later, first)), first);
 * assert.equal(firstError(first), first);
 * ```
 */
export function firstError(error: unknown): unknown {
  let first = error;
  while (first instanceof SuppressedError) first = first.suppressed;
  return first;
}
