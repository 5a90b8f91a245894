import { terminalProgress } from "../../core/progress/mod.ts";
import { type FlagSchema, type Program, say } from "../command_line/mod.ts";
import { StoppedError } from "../../trainer/mod.ts";
import { channelsOf } from "./channels.ts";
import { configFileOf, flagsWithDefaults, readText } from "./config_file.ts";
import { phaseOf, type Stage, titleOf } from "./curriculum.ts";
import { trainFlags, type TrainOptions } from "./options.ts";
import type { TrainHost } from "./run.ts";
import { trainAll, trainPhase, trainText, trainVae } from "./train.ts";

/**
 * A command that trains, in the process that runs it.
 *
 * @param args What is typed behind the word `deno task`.
 * @throws {InputError} if the file of `--config` cannot be used
 */
export async function trainCommand(
  command: Stage | "train",
  args: readonly string[],
): Promise<Program<FlagSchema>> {
  return {
    command,
    usage: `deno task ${command}`,
    purpose: command === "train"
      ? "Trains a VAE and then the five phases of the curriculum, from where the run stands."
      : `Trains one stage of a run, or goes on with it: ${titleOf(command)}.`,
    flags: await flagsOf(command, args),
    run: (options, signal) =>
      runCommand(command, trainFlags.parse(options), signal),
  };
}

/** Trains what a command stands for. */
async function runCommand(
  command: Stage | "train",
  options: TrainOptions,
  signal: AbortSignal,
): Promise<number> {
  const host: TrainHost = {
    progress: terminalProgress(),
    signal,
    clock: () => performance.now(),
    now: () => new Date(),
    channels: await channelsOf(options, Deno.env.toObject()),
    say,
  };
  try {
    const phase = command === "train" ? undefined : phaseOf(command);
    if (phase !== undefined) await trainPhase(phase, options, host);
    else if (command === "vae") await trainVae(options, host);
    else if (command === "text") await trainText(options, host);
    else await trainAll(options, host);
    return 0;
  } catch (error) {
    if (!(error instanceof StoppedError) || error.reason === "interrupt") {
      throw error;
    }
    say(error.message);
    return 0;
  }
}

/** The flags of a command, with the defaults of a file if one is named. */
async function flagsOf(
  command: Stage | "train",
  args: readonly string[],
): Promise<FlagSchema> {
  const flags = command !== "train" && phaseOf(command) !== undefined
    ? trainFlags
    : trainFlags.omit({ from: true });
  const file = configFileOf(args);
  if (file === undefined) return flags;
  return flagsWithDefaults<FlagSchema>(flags, await readText(file), file);
}
