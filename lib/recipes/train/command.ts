import { terminalProgress } from "../../core/progress/mod.ts";
import {
  type AlertChannel,
  alertChannels,
  readAlertConfig,
} from "../../trainer/alerts/mod.ts";
import { launchOf } from "../../ranks/mod.ts";
import {
  type Command,
  phaseOf,
  stageOf,
  titleOf,
  type TrainHost,
  trainRun,
} from "../../trainer/mod.ts";
import { exists, StoppedError } from "../../core/mod.ts";
import { LORA_ENDING } from "../../pipeline/mod.ts";
import { PHASES } from "../../dataset/vocabulary/mod.ts";
import { readText } from "../../formats/text/mod.ts";
import { type FlagSchema, log, type Program } from "../command_line/mod.ts";
import { configFileOf, flagsWithDefaults } from "./config_file.ts";
import { inRanks } from "../in_ranks.ts";
import { trainFlags, type TrainOptions } from "./options.ts";
import { perceptualNetwork } from "./perceptual.ts";
import { runOf } from "./train_config.ts";

/**
 * A command that trains in this process.
 *
 * @param args Everything after `deno task`.
 * @throws {InputError} if the file of `--config` cannot be used
 */
export async function trainCommand(
  command: Command,
  args: readonly string[],
): Promise<Program<FlagSchema>> {
  const flags = phaseOf(command) === undefined
    ? trainFlags.omit({ from: true })
    : trainFlags;
  const file = configFileOf(args);
  return {
    command,
    usage: `deno task ${command}`,
    purpose: command === "train"
      ? "Trains a VAE, a text encoder and the five phases of the curriculum, or resumes them."
      : `Trains one stage of a run, or resumes it: ${titleOf(command)}.`,
    flags: file === undefined
      ? flags
      : flagsWithDefaults<FlagSchema>(flags, await readText(file), file),
    run: (options, signal) =>
      runCommand(command, trainFlags.parse(options), signal),
  };
}

async function runCommand(
  command: Command,
  options: TrainOptions,
  signal: AbortSignal,
): Promise<number> {
  const environment = Deno.env.toObject();
  try {
    const host: TrainHost = {
      progress: terminalProgress(),
      signal,
      clock: () => performance.now(),
      now: () => new Date(),
      channels: await channelsOf(options, environment),
      perceptual: await perceptualNetwork(options),
      log,
    };
    await inRanks(launchOf(environment), host, async (host) => {
      await trainRun(await runOf(options), command, host);
      if (!options.dryRun) host.log(await madeText(options.run));
    });
    return 0;
  } catch (error) {
    if (!(error instanceof StoppedError) || error.reason === "interrupt") {
      throw error;
    }
    log(error.message);
    return 0;
  }
}

/** `made: runs/a/phase1.safetensors, ...`: weights and report of a run. */
async function madeText(run: string): Promise<string> {
  const phases = PHASES.map(stageOf);
  const names = [
    ...["vae", "text", ...phases].map((stage) => `${stage}.safetensors`),
    ...phases.map((stage) => `${stage}${LORA_ENDING}`),
  ];
  const paths = [...names, "report.html"].map((name) => `${run}/${name}`);
  const made = await Promise.all(paths.map(exists));
  return `made: ${paths.filter((_, i) => made[i]).join(", ")}`;
}

/**
 * Receivers of alerts about a run.
 *
 * @param environment Variables; those that begin with `ALERT_` are read.
 * @throws {InputError} if the file of `alerts` cannot be used
 */
export async function channelsOf(
  { alerts }: Pick<TrainOptions, "alerts">,
  environment: Record<string, string>,
): Promise<AlertChannel[]> {
  const text = alerts === undefined ? undefined : await readText(alerts);
  return alertChannels(readAlertConfig(text, alerts ?? "", environment));
}
