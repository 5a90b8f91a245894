import { join } from "node:path";
import * as z from "zod";
import {
  InputError,
  makeWritableFolder,
  readCheckedJson,
  RunFailedError,
  StoppedError,
  writeFileAtomically,
} from "../../core/mod.ts";

/** Commands that are done, in the folder of the run. */
export const DONE_FILE = "reproduced.json";

/** Exit code of a command that was stopped and has saved. */
const STOPPED = 130;

/** What running commands needs of its process. */
export interface ReproduceHost {
  /** Runs a task to its end in this terminal; returns the exit code. */
  run(task: readonly string[]): Promise<number>;
  log(line: string): void;
  readonly signal: AbortSignal;
}

/**
 * Runs commands one after the other. Those that are done are noted in the folder
 * of the run, so that the same call goes on with the first that is not; a
 * training among them resumes from its own checkpoint.
 *
 * @param commands Tasks with their arguments.
 * @throws {InputError} if the folder holds other commands
 * @throws {RunFailedError} naming the command that fails
 * @throws {StoppedError} if one was stopped
 */
export async function reproduce(
  commands: readonly (readonly string[])[],
  run: string,
  { run: start, log, signal }: ReproduceHost,
): Promise<void> {
  const lines = commands.map(lineOf);
  const path = join(run, DONE_FILE);
  const done = await doneIn(path);
  const other = done.findIndex((line, i) => line !== lines[i]);
  if (other >= 0) {
    throw new InputError(
      `Cannot go on in "${run}": its commands must be those of the recipe: ` +
        `number ${other + 1} was "${done[other]}", now it is ` +
        `"${lines[other] ?? "none"}"; choose another folder with --run`,
    );
  }
  await makeWritableFolder(run, "--run");
  for (const [i, line] of lines.entries()) {
    const place = `${i + 1} of ${lines.length}: deno task ${line}`;
    if (i < done.length) {
      log(`${place}: done before`);
      continue;
    }
    log(place);
    const code = await start(commands[i]!);
    if (code === STOPPED || signal.aborted) {
      throw new StoppedError(
        "Stopped and saved; the same command goes on from here",
      );
    }
    if (code !== 0) {
      throw new RunFailedError(
        `deno task ${line} failed with exit code ${code}; the same command ` +
          "goes on from here",
      );
    }
    done.push(line);
    await writeFileAtomically(path, `${JSON.stringify(done, null, 2)}\n`);
  }
}

async function doneIn(path: string): Promise<string[]> {
  return await readCheckedJson(
    path,
    z.array(z.string()),
    "remove it to begin with the first command",
  ) ?? [];
}

/** A command as a shell reads it. */
export function lineOf(command: readonly string[]): string {
  return command.map(quoted).join(" ");
}

/** A word as a shell reads it. */
function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}
