import {
  firstError,
  InputError,
  isDiskFull,
  messageOf,
} from "../../core/mod.ts";
import { RunFailedError, StoppedError } from "../../core/mod.ts";
import { type FlagSchema, helpText, readFlags } from "./flags.ts";
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

/**
 * Milliseconds within which a second signal is of the same key press: the terminal
 * sends one to `deno task` and to the program, and `deno task` forwards its own.
 */
const ECHO = 1000;

/**
 * Runs a command and exits: 0 done, 1 not passed or failed, 2 bad input (one line,
 * no stack trace), 130 stopped by Ctrl-C or SIGTERM with everything saved.
 *
 * @param given The command, or its maker where its flags depend on a file.
 */
export async function runProgram<S extends FlagSchema>(
  given: Program<S> | (() => Promise<Program<S>>),
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
    const options = readFlags(program.flags, argumentsOf(program));
    if (options === undefined) {
      const { usage, purpose, flags } = program;
      print(helpText(usage, purpose, flags));
      Deno.exit(0);
    }
    Deno.exit(await program.run(options, abort.signal));
  } catch (thrown) {
    const error = firstError(thrown);
    if (error instanceof InputError) {
      log(`error: ${error.message}`);
      Deno.exit(BAD_INPUT);
    }
    if (error instanceof RunFailedError) {
      log(`error: ${error.message}`);
      Deno.exit(FAILED);
    }
    if (error instanceof StoppedError) {
      log(error.message);
      Deno.exit(INTERRUPTED);
    }
    if (isDiskFull(error)) {
      log(
        `error: Not enough disk space: ${messageOf(error)}; ` +
          "free some and run the same command",
      );
      Deno.exit(FAILED);
    }
    throw error;
  }
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
