import { InputError, RunFailedError, StoppedError } from "../../core/mod.ts";

/** Messages of JavaScript for a name that was never given a value. */
const MISSING =
  /^(?<name>\S+) is not defined$|^Cannot access '(?<early>\S+)' before init/;

/** One call of a stack, as V8 passes it to `Error.prepareStackTrace`. */
interface StackFrame {
  /** "" in a cell, a path in a module. */
  getFileName(): string | null | undefined;
}

/**
 * Makes the cells of this kernel show one line for an error that explains itself,
 * and for a name that is missing because its cell failed, was stopped or has not
 * run. All other errors are defects and keep their stack.
 */
export function showPlainErrors(): void {
  Error.prepareStackTrace = stackText;
}

/**
 * The stack of an error as text, which is what a cell shows of it.
 *
 * @param frames Innermost first.
 */
export function stackText(
  error: unknown,
  frames: readonly StackFrame[],
): string {
  if (
    error instanceof InputError || error instanceof StoppedError ||
    error instanceof RunFailedError
  ) return error.message;
  if (error instanceof ReferenceError && frames[0]?.getFileName() === "") {
    const { name, early } = MISSING.exec(error.message)?.groups ?? {};
    const missing = name ?? early;
    if (missing !== undefined) {
      return `Cannot run this cell: "${missing}" is missing: the cell that ` +
        "declares it failed, was stopped or has not run; run that one first, " +
        "or all cells from the top";
    }
  }
  return [headOf(error), ...frames.map((frame) => `    at ${frame}`)]
    .join("\n");
}

/** As JavaScript begins a stack; `toString()` of an AssertionError adds its code. */
function headOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === "" ? error.name : `${error.name}: ${error.message}`;
}
