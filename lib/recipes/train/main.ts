import { InputError, messageOf } from "../../core/mod.ts";
import { terminalProgress } from "../../core/progress/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import { runProgram, say } from "../command_line/mod.ts";
import {
  type AlertChannel,
  alertChannels,
  readAlertConfig,
} from "../../trainer/alerts/mod.ts";
import { StoppedError } from "../../trainer/mod.ts";
import { configFileOf, flagsWithDefaults } from "./config_file.ts";
import { phaseOf, type Stage, STAGES, titleOf } from "./curriculum.ts";
import { trainFlags, type TrainOptions } from "./options.ts";
import type { TrainHost } from "./run.ts";
import { trainAll, trainPhase, trainVae } from "./train.ts";

/** What the first word stands for. */
const COMMANDS = [...STAGES, "train"] as const;

function purposeOf(command: Stage | "train"): string {
  return command === "train"
    ? "Trains a VAE and then the five phases of the curriculum, from where the run stands."
    : `Trains one stage of a run, or goes on with it: ${titleOf(command)}.`;
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
    channels: await channelsOf(options),
    say,
  };
  try {
    if (command === "train") await trainAll(options, host);
    else if (command === "vae") await trainVae(options, host);
    else await trainPhase(phaseOf(command) as Phase, options, host);
    return 0;
  } catch (error) {
    if (!(error instanceof StoppedError) || error.reason === "interrupt") {
      throw error;
    }
    say(error.message);
    return 0;
  }
}

/** Whom the user wants to be told. */
async function channelsOf({ alerts }: TrainOptions): Promise<AlertChannel[]> {
  const text = alerts === undefined ? undefined : await textOf(alerts);
  return alertChannels(
    readAlertConfig(text, alerts ?? "", Deno.env.toObject()),
  );
}

async function textOf(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new InputError(
      `Cannot read "${path}": it must be a file that may be read: ` +
        messageOf(error),
    );
  }
}

/** The flags, with the defaults of a file if one is named. */
async function flagsOf(args: readonly string[]): Promise<typeof trainFlags> {
  const file = configFileOf(args);
  if (file === undefined) return trainFlags;
  return flagsWithDefaults(trainFlags, await textOf(file), file);
}

/** The command that the first word names. */
function commandOf([word]: readonly string[]): Stage | "train" {
  const command = COMMANDS.find((name) => name === word);
  if (command) return command;
  throw new InputError(
    `Cannot read the command: the first word must be one of ` +
      `${COMMANDS.join(", ")}: current value is ${word ?? "none"}`,
  );
}

if (import.meta.main) {
  await runProgram(async () => {
    const command = commandOf(Deno.args);
    return {
      command,
      usage: `deno task ${command}`,
      purpose: purposeOf(command),
      flags: await flagsOf(Deno.args),
      run: (options: TrainOptions, signal: AbortSignal) =>
        runCommand(command, options, signal),
    };
  });
}
