import * as z from "zod";
import { InputError, pause } from "../../core/mod.ts";
import {
  exitCodeOf,
  log,
  numberFlag,
  runProgram,
  textFlag,
  wholeNumber,
} from "../command_line/mod.ts";
import { supervise } from "./supervise.ts";

/** Flags of `deno task supervise`. */
export const superviseFlags = z.strictObject({
  command: z.array(z.string()).describe(
    "what to run, after --: mpirun or any other program, with its arguments",
  ),
  ranks: textFlag().regex(
    /^[1-9]\d*(,[1-9]\d*)*$/,
    "must be whole numbers from 1, with commas between",
  ).optional().describe(
    "numbers for {ranks} in the command, such as 4,2,1: the next one after each run that fails within a minute",
  ),
  restarts: wholeNumber(0).default(5).describe(
    "starts after the first; a run of a minute or more sets the count back",
  ),
  pause: numberFlag({ least: 0 }).default(10).describe(
    "seconds before each start",
  ),
});

/** `deno task supervise`: restarts a training from its last checkpoint. */
async function main(
  { command, ranks, restarts, ...flags }: z.infer<typeof superviseFlags>,
  signal: AbortSignal,
): Promise<number> {
  return await supervise(
    {
      command,
      ranks: ranks?.split(",").map(Number) ?? [],
      restarts,
      pause: flags.pause,
    },
    {
      signal,
      log,
      clock: () => performance.now(),
      run: (command) => runToEnd(command, signal),
      wait: (seconds) => pause(seconds * 1000, signal),
    },
  );
}

/** Runs a command in this terminal; a signal to this process goes to it as well. */
async function runToEnd(
  [program, ...args]: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program!, { args, stdin: "inherit" }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(
      `Cannot supervise "${program}": it must be an installed program: ` +
        "it is not found" +
        (program === "mpirun"
          ? "; install Open MPI (apt-get install openmpi-bin libopenmpi3) or " +
            "MPICH (apt-get install mpich)"
          : ""),
    );
  }
  return await exitCodeOf(child, signal);
}

if (import.meta.main) {
  await runProgram({
    usage: "deno task supervise",
    purpose:
      "Runs a command, and again when it fails: a training goes on from its last checkpoint, on fewer ranks if need be.",
    flags: superviseFlags,
    run: main,
  });
}
