import { openDevice } from "../../compiler/mod.ts";
import {
  DiskFullError,
  firstError,
  InputError,
  isDiskFull,
  messageOf,
  StoppedError,
} from "../../core/mod.ts";
import { PHASES } from "../../dataset/vocabulary/mod.ts";
import { isOwn } from "../../models/text_to_video/mod.ts";
import { fromFirstRank, ONE_RANK, onFirstRank } from "../../ranks/mod.ts";
import { textPairs } from "../data/caption_pairs.ts";
import { trainPhase } from "../stages/diffusion.ts";
import { phaseOf, type Stage, stageOf } from "../stages/stages.ts";
import { trainText } from "../stages/text.ts";
import { trainVae } from "../stages/vae.ts";
import type { RunConfig } from "./config.ts";
import { dryRun } from "./dry_run.ts";
import { configOfStage, fittedConfig } from "./fitted.ts";
import { assertFusable, checkedConfig, vaeOf } from "./prerequisites.ts";
import { describeData } from "../data/description.ts";
import { RunData } from "../data/run_data.ts";
import { openRun, type Run, type TrainHost } from "./run.ts";

/** One stage, or `train` for all remaining ones. */
export type Command = Stage | "train";

/**
 * Trains or resumes one stage of a run or all of them:
 * `deno task vae`, `text`, `phase1` to `phase5`, `train`, or the training cell
 * of a notebook.
 *
 * @throws {InputError} if a required file or stage is missing or does not match,
 *   before the run folder is created
 * @throws {StoppedError} on the signal, a control file or the end of its time
 * @throws {RunFailedError} if the run cannot continue by itself
 */
export async function trainRun(
  given: RunConfig,
  command: Command,
  host: TrainHost,
): Promise<void> {
  const { ranks = ONE_RANK, threads } = host;
  const fitted = await fromFirstRank(
    ranks,
    () => fittedConfig(given, stagesOf(given, command), host),
  );
  // A module has functions, which do not travel between ranks.
  const config = { ...fitted, models: given.models, own: given.own };
  using data = await RunData.open(config, host.log);
  const checked = await checkedConfig(config, command, data);
  const stages = withData(
    stagesOf(checked, command).filter((stage) => {
      const isLeftOut = stage === "text" && isOwn(checked.models.text);
      if (isLeftOut && command === "text") {
        throw new InputError(
          "Cannot train stage text: the text encoder must be this project's: " +
            "one of one's own trains with the backbone; train phase1",
        );
      }
      return !isLeftOut;
    }),
    command,
    data,
    host,
  );
  assertFusable(checked, stages, ranks.size);
  const description = await describeData(data, stages, checked);
  for (const line of description) host.log(line);
  using device = await openDevice(config.device, { ...threads && { threads } });
  const work = async (config: RunConfig, host: TrainHost): Promise<void> => {
    try {
      await using run = await openRun(
        config,
        data,
        device,
        host,
        description.map((line) => ["Data", line] as const),
        stages,
      );
      await observed(run, () => trainStages(run, stages));
    } catch (error) {
      throw runError(error, config.run);
    }
  };
  if (config.dryRun) {
    // One rank tells what any of them needs.
    const alone = { ...host, ranks: ONE_RANK };
    return await onFirstRank(
      ranks,
      () => dryRun(checked, stages, device, alone, work),
    );
  }
  await work(checked, host);
}

/** The stages of a command, in order. */
function stagesOf(
  { startPhase, finetune, vae }: RunConfig,
  command: Command,
): Stage[] {
  if (command !== "train") return [command];
  return [
    ...(finetune === undefined && vae === undefined ? ["vae"] as const : []),
    ...(finetune === undefined ? ["text"] as const : []),
    ...PHASES.slice(startPhase - 1).map(stageOf),
  ];
}

/**
 * The stages of `train` that have clips or captions of their own; each other is
 * named. A single stage without them fails when it starts.
 */
function withData(
  stages: readonly Stage[],
  command: Command,
  data: RunData,
  host: TrainHost,
): readonly Stage[] {
  if (command !== "train") return stages;
  if (data.config.own?.parts.clips) {
    host.log("note: clips of a module have no phases: train ends with phase1");
    return stages.filter((stage) =>
      stage === "text" ? false : data.hasClips(stage)
    );
  }
  return stages.filter((stage) => {
    const has = stage === "text"
      ? textPairs(data, "train") !== undefined
      : data.hasClips(stage);
    if (!has) {
      host.log(
        `note: ${stage} is left out: the data has no ${
          stage === "text" ? "captions" : "shots of this phase"
        }${
          stage === "text"
            ? ""
            : "; --fill takes the nearest ones, --curriculum none all"
        }`,
      );
    }
    return has;
  });
}

async function trainStages(run: Run, stages: readonly Stage[]): Promise<void> {
  let vae: Awaited<ReturnType<typeof vaeOf>> | undefined;
  for (const stage of stages) {
    const own: Run = { ...run, config: configOfStage(run.config, stage) };
    const phase = phaseOf(stage);
    if (phase !== undefined) {
      vae ??= await vaeOf(own);
      await trainPhase(own, phase, vae);
    } else if (stage === "text") await trainText(own);
    else await trainVae(own);
  }
}

/** Runs the stages and reports to the observers how they ended. */
async function observed(run: Run, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    await run.observers.end({ state: "done", message: "" });
  } catch (error) {
    // With a full disk the report fails too; the first error is thrown.
    await run.observers.end({
      state: error instanceof StoppedError ? "stopped" : "failed",
      message: messageOf(runError(error, run.folder)),
    }).catch(() => undefined);
    throw error;
  }
}

/**
 * The error that ended a run: the first one if closing its files failed as well,
 * and a {@link DiskFullError} for a full disk, whichever file was written.
 *
 * @param folder The run's folder.
 */
export function runError(error: unknown, folder: string): unknown {
  const first = firstError(error);
  if (!isDiskFull(first)) return first;
  return new DiskFullError(
    `Cannot write to "${folder}": the disk must have room for metrics, ` +
      `samples and reports: ${messageOf(first)}; the last checkpoint is ` +
      "kept: make room and run the same command",
  );
}
