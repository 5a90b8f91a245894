import {
  firstError,
  InputError,
  isArrayTooLong,
  isDiskFull,
  isSystemError,
  messageOf,
  RunFailedError,
  StoppedError,
} from "../../core/mod.ts";
import { type FlagSchema, helpText, readFlags, wantsHelp } from "./flags.ts";
import { log, print } from "./print.ts";
import type * as z from "zod";

/** A command of a terminal. */
export interface Program<S extends FlagSchema> {
  /** `deno task demo`. */
  readonly usage: string;
  /** A sentence. */
  readonly purpose: string;
  readonly flags: S;
  /** First arguments, where one task has several commands. */
  readonly command?: string | readonly string[];
  /**
   * @param signal Aborted by the first Ctrl-C; the second ends the process.
   * @returns the exit code
   */
  run(options: z.infer<S>, signal: AbortSignal): Promise<number>;
}

/** Exit codes of shells. */
const FAILED = 1;
const BAD_INPUT = 2;
const INTERRUPTED = 130;
const PIPE_CLOSED = 141;

/**
 * Milliseconds within which a second signal is of the same key press: the terminal
 * sends one to `deno task` and to the program, and `deno task` forwards its own.
 */
const ECHO = 1000;

/**
 * Runs a command and exits: 0 done, 1 not passed or failed, 2 bad input (one line,
 * no stack trace), 130 stopped by Ctrl-C or SIGTERM with everything saved.
 *
 * @param given The command, or its maker where its flags depend on a file; a help
 *   page is printed.
 */
export async function runProgram<S extends FlagSchema>(
  given: Program<S> | (() => Promise<Program<S> | string>),
): Promise<never> {
  const abort = new AbortController();
  let pressed = -Infinity;
  const interrupt = (): void => {
    if (performance.now() - pressed < ECHO) return;
    if (abort.signal.aborted) Deno.exit(INTERRUPTED);
    pressed = performance.now();
    log("Stopping after this step; press Ctrl-C again to stop at once");
    abort.abort();
  };
  Deno.addSignalListener("SIGINT", interrupt);
  if (Deno.build.os !== "windows") {
    Deno.addSignalListener("SIGTERM", interrupt);
  }
  try {
    const program = typeof given === "function" ? await given() : given;
    const options = typeof program === "string" || wantsHelp(Deno.args)
      ? undefined
      : readFlags(program.flags, argumentsOf(program));
    if (typeof program === "string" || options === undefined) {
      print(typeof program === "string" ? program : helpOf(program));
      Deno.exit(0);
    }
    Deno.exit(await program.run(options, abort.signal));
  } catch (thrown) {
    const code = reportError(firstError(thrown));
    if (code === undefined) throw thrown;
    Deno.exit(code);
  }
}

/**
 * Prints an error that the user can act on, as one line.
 *
 * @returns the exit code; undefined for a defect, which keeps its stack
 */
export function reportError(error: unknown): number | undefined {
  if (error instanceof InputError) {
    log(`error: ${error.message}`);
    return BAD_INPUT;
  }
  if (error instanceof RunFailedError) {
    log(`error: ${error.message}`);
    return FAILED;
  }
  if (error instanceof StoppedError) {
    log(error.message);
    return INTERRUPTED;
  }
  // The reader of the output has all that it wants: `| head`.
  if (error instanceof Deno.errors.BrokenPipe) return PIPE_CLOSED;
  if (isDiskFull(error)) {
    log(
      `error: Not enough disk space: ${messageOf(error)}; ` +
        "free some and run the same command",
    );
    return FAILED;
  }
  if (isArrayTooLong(error)) {
    log(
      `error: Not enough memory: ${messageOf(error)}; ` +
        "choose a smaller size, length or number",
    );
    return BAD_INPUT;
  }
  if (!isSystemError(error)) return undefined;
  log(`error: The system refuses: ${messageOf(error)}; check the paths given`);
  return BAD_INPUT;
}

function helpOf({ usage, purpose, flags }: Program<FlagSchema>): string {
  return helpText(usage, purpose, flags);
}

/** The arguments after those of the command itself. */
function argumentsOf({ command = [], usage }: Program<FlagSchema>): string[] {
  const words = [command].flat();
  for (const [i, word] of words.entries()) {
    const found = Deno.args[i];
    if (found === word) continue;
    throw new InputError(
      `Cannot read the command: the ${i === 0 ? "first" : "next"} word must ` +
        `be ${word}: current value is ${
          found === undefined ? "none" : `"${found}"`
        }; run ${usage}`,
    );
  }
  return Deno.args.slice(words.length);
}
