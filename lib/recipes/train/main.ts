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
      `Cannot read alerts from "${path}": it must be a file that may be read: ` +
        messageOf(error),
    );
  }
}

if (import.meta.main) {
  const command = COMMANDS.find((name) => name === Deno.args[0]);
  if (command === undefined) {
    say(
      `error: ${
        new InputError(
          `Cannot read the command: the first word must be one of ` +
            COMMANDS.join(", "),
        ).message
      }`,
    );
    Deno.exit(2);
  }
  await runProgram({
    command,
    usage: `deno task ${command}`,
    purpose: purposeOf(command),
    flags: trainFlags,
    run: (options, signal) => runCommand(command, options, signal),
  });
}
