import {
  exists,
  InputError,
  messageOf,
  writeFileAtomically,
} from "../../core/mod.ts";
import { type Phase, PHASES } from "../../dataset/vocabulary/mod.ts";
import { metaInit } from "../../models/layers/mod.ts";
import { initLora } from "../../models/lora/mod.ts";
import { initModels, isOwn } from "../../models/text_to_video/mod.ts";
import {
  diffusionFilesIn,
  latentSpaceOf,
  loadVae,
  VAE_FILE,
  type VaeWeights,
  type Weights,
} from "../../pipeline/mod.ts";
import { onFirstRank } from "../../ranks/mod.ts";
import { cropSize } from "../stages/random_crop.ts";
import { phaseOf, type Stage, stageOf } from "../stages/stages.ts";
import { RunData } from "../data/run_data.ts";
import { planOf, type RunConfig } from "./config.ts";
import { configOfStage } from "./fitted.ts";
import {
  frozenDiffusion,
  pretrainedText,
  pretrainedVae,
} from "./pretrained.ts";
import { endOf, type Run } from "./run.ts";
import type { Command } from "./train_run.ts";
import { END } from "./train_stage.ts";

/**
 * The configuration with which a command starts: checked before a device is
 * opened or the run folder is made.
 *
 * @throws {InputError} naming the file or stage that is missing or does not match
 */
export async function checkedConfig(
  config: RunConfig,
  command: Command,
  data: RunData,
): Promise<RunConfig> {
  assertSharable(config);
  assertHostTables(config);
  if (command === "vae" || command === "train") assertTemporal(config);
  await assertLora(config, command);
  if (command === "train") {
    await assertFinetune(config);
    if (config.vae ?? config.finetune) {
      await assertVae(config);
      // Stage text comes before the first phase, which reads the VAE.
      await loadVae(vaePathOf(config), config.models.vae);
    }
    return config;
  }
  if (command === "vae") {
    await pretrainedVae(config, metaInit());
    if (config.freezeEncoder) {
      await loadVae(config.freezeEncoder, config.models.vae);
    }
    return config;
  }
  if (command === "text") {
    await pretrainedText(config);
    return config;
  }
  const phase = phaseOf(command)!;
  await assertPhaseReady(config, phase, data);
  return {
    ...config,
    ...(await isFirst(config, phase, data) && { startPhase: phase }),
    // A dry run has a temporary folder, without a VAE.
    ...(config.dryRun && { vae: vaePathOf(config) }),
  };
}

/**
 * Checks that the term of frame differences has a loss and frames.
 *
 * @throws {InputError} if it has none
 */
function assertTemporal({ temporal, models, crop, plans }: RunConfig): void {
  if (temporal === 0) return;
  const cannot = `Cannot use --temporal ${temporal}: `;
  if (isOwn(models.vae)) {
    throw new InputError(
      cannot +
        "it is a term of the shipped VAE's loss: --model brings a VAE; " +
        "leave it out",
    );
  }
  const { frames } = cropSize(plans.vae, crop);
  if (frames < 2) {
    throw new InputError(
      cannot + "it compares consecutive frames: the clips of stage vae have " +
        `${frames}; use more --frames, or leave it out`,
    );
  }
}

/**
 * Checks that a stage can start: its data and the stages before it.
 *
 * @throws {InputError} naming the data, or the missing file and the command that
 *   makes it
 */
export async function assertReady(
  config: RunConfig,
  stage: Stage,
): Promise<void> {
  using data = await RunData.open(config);
  data.clips(stage, "train", 1);
  const phase = phaseOf(stage);
  if (phase !== undefined) await assertPhaseReady(config, phase, data);
}

/** A phase that is done needs no other. */
async function assertPhaseReady(
  config: RunConfig,
  phase: Phase,
  data: RunData,
): Promise<void> {
  await assertFinetune(config);
  await assertVae(config);
  if (await isFirst(config, phase, data)) return;
  if (await endOf(config.run, stageOf(phase))) return;
  const earlier = phaseBefore(config, phase, data)!;
  if (await endOf(config.run, stageOf(earlier))) return;
  throw phaseBeforeMissing(config.run, phase, earlier);
}

/**
 * The phase from whose weights a phase starts: the one before, or an earlier one
 * where the data has no clips for those between. Undefined for the first.
 */
export function phaseBefore(
  { startPhase }: Pick<RunConfig, "startPhase">,
  phase: Phase,
  data: RunData,
): Phase | undefined {
  return PHASES.filter((earlier) =>
    earlier >= startPhase && earlier < phase && data.hasClips(stageOf(earlier))
  ).at(-1);
}

/** The run's own VAE, or the one of `--vae`, which is copied into the run. */
export async function vaeOf(
  { config, folder, ranks }: Run,
): Promise<Weights<VaeWeights>> {
  await assertVae(config);
  const path = vaePathOf(config);
  const vae = await loadVae(path, config.models.vae);
  const own = `${folder}/${VAE_FILE}`;
  if (path === own) return vae;
  await onFirstRank(ranks, async () => {
    if (await exists(own)) return;
    await writeFileAtomically(own, await Deno.readFile(path));
  });
  const kept = await loadVae(own, config.models.vae);
  if (latentSpaceOf(kept) === latentSpaceOf(vae)) return vae;
  throw new InputError(
    `Cannot use "${path}": its latent space must equal that of the run's ` +
      `VAE, "${own}"; train in another folder with --run`,
  );
}

/** An error for a phase whose predecessor is not done. */
export function phaseBeforeMissing(
  folder: string,
  phase: Phase,
  earlier: Phase,
): InputError {
  const missing = stageOf(earlier);
  return new InputError(
    `Cannot train phase ${phase} in "${folder}": phase ${earlier} must be ` +
      `done: "${folder}/${missing}/${END}" does not exist; run deno task ` +
      `${missing} --run ${folder} first, or start from fresh weights with ` +
      `--from scratch`,
  );
}

/** Path of the VAE's weights. */
function vaePathOf(
  { vae, finetune, run }: Pick<RunConfig, "vae" | "finetune" | "run">,
): string {
  return vae ?? `${finetune ?? run}/${VAE_FILE}`;
}

/** Whether a phase starts from fresh or pretrained weights, not from a phase. */
async function isFirst(
  config: Pick<
    RunConfig,
    "startPhase" | "from" | "dryRun" | "finetune" | "run"
  >,
  phase: Phase,
  data: RunData,
): Promise<boolean> {
  const { from, dryRun, finetune, run } = config;
  const earlier = phaseBefore(config, phase, data);
  if (earlier === undefined || from === "scratch" || dryRun) return true;
  return finetune !== undefined &&
    await endOf(run, stageOf(earlier)) === undefined;
}

async function assertFinetune(
  { finetune, from }: Pick<RunConfig, "finetune" | "from">,
): Promise<void> {
  if (finetune === undefined) return;
  if (from === "scratch") {
    throw new InputError(
      `Cannot use --finetune "${finetune}" with --from scratch: a phase must ` +
        "start from pretrained weights or from fresh ones; leave one out",
    );
  }
  try {
    await diffusionFilesIn(finetune);
  } catch (error) {
    throw new InputError(`Cannot use --finetune: ${messageOf(error)}`);
  }
}

/**
 * Ranks that share the state keep and update their own part of it.
 *
 * @throws {InputError} naming the flag that asks for something else
 */
function assertSharable(
  { shardOptimiser, averages, update }: Pick<
    RunConfig,
    "shardOptimiser" | "averages" | "update"
  >,
): void {
  if (!shardOptimiser || (averages === "device" && update === "whole")) return;
  const other = averages === "host" ? "--averages host" : "--update layers";
  throw new InputError(
    `Cannot use --shard-optimiser with ${other}: each rank keeps its share of ` +
      "the optimiser's state and of the EMAs on its device, and updates it at " +
      "once; leave one out",
  );
}

/**
 * Tables of embeddings on the host are those of the shipped text encoder, and
 * their EMAs are beside them.
 *
 * @throws {InputError} naming the flag that asks for something else
 */
function assertHostTables(
  { embeddings, averages, models, lora }: Pick<
    RunConfig,
    "embeddings" | "averages" | "models" | "lora"
  >,
): void {
  if (embeddings === "device") return;
  const cannot = (why: string): InputError =>
    new InputError(`Cannot use --embeddings host${why}`);
  if (averages !== "host") {
    throw cannot(
      ": the EMAs of the tables must be on the host as well: current " +
        `--averages is "${averages}"; pass --averages host`,
    );
  }
  if (lora) {
    throw cannot(
      " with --lora: adapters leave the tables as they are; leave one out",
    );
  }
  if (isOwn(models.text)) {
    throw cannot(
      " with a text encoder of one's own, whose tables are not known; leave it " +
        "out",
    );
  }
}

/**
 * Gradients clipped by the norm of the update before are used as soon as they are
 * computed: a stage must need no sums of them.
 *
 * @param ranks Processes that train together; default 1.
 * @throws {InputError} naming the stage, and the flag that asks for sums
 */
export function assertFusable(
  config: RunConfig,
  stages: readonly Stage[],
  ranks = 1,
): void {
  if (config.gradientClipping === "exact") return;
  for (const stage of stages) {
    const { accumulation } = planOf(config, stage);
    const { update, embeddings } = configOfStage(config, stage);
    const reason = ranks > 1
      ? `under mpirun with ${ranks} processes: gradients of all are summed`
      : accumulation > 1
      ? `with --accumulation ${accumulation}: gradients of microbatches are summed`
      : update === "layers"
      ? "with --update layers: gradients are kept for the layers' updates"
      : embeddings === "host"
      ? "with --embeddings host: gradients of rows are kept for the host"
      : undefined;
    if (reason === undefined) continue;
    throw new InputError(
      `Cannot use --gradient-clipping previous in ${stage} ${reason}, and ` +
        "their exact norm costs nothing more; leave one out",
    );
  }
}

/**
 * Checks that adapters can be trained.
 *
 * @throws {InputError} naming the flag, target or file that does not match
 */
async function assertLora(config: RunConfig, command: Command): Promise<void> {
  const { lora, finetune, vae, textLrScale, models } = config;
  if (lora === undefined) return;
  if (command === "vae" || command === "text") {
    throw new InputError(
      `Cannot use --lora with stage ${command}: adapters are of text encoder ` +
        "and backbone, which the phases train; leave it out",
    );
  }
  if (finetune === undefined || vae !== undefined) {
    throw new InputError(
      "Cannot use --lora: it must adapt the models of --finetune, with their " +
        `own VAE: ${
          finetune === undefined
            ? "--finetune is left out"
            : `current --vae is "${vae}"`
        }; pass --finetune checkpoints/nano or a run, and no --vae`,
    );
  }
  const { text, backbone } = initModels(models, metaInit());
  const adapters = initLora({ text, backbone }, lora, metaInit());
  if ("text" in adapters && textLrScale === 0) {
    throw new InputError(
      "Cannot use --lora with --text-lr-scale 0: it adapts the text encoder, " +
        "which a factor of 0 freezes; leave one out",
    );
  }
  await assertFinetune(config);
  await frozenDiffusion(config);
}

async function assertVae(
  config: Pick<RunConfig, "vae" | "finetune" | "run">,
): Promise<void> {
  const { run } = config;
  const path = vaePathOf(config);
  if (await exists(path)) return;
  throw new InputError(
    `Cannot train in "${run}": there must be a trained VAE: "${path}" ` +
      `does not exist; run deno task vae --run ${run} first, or pass ` +
      `its weights with --vae`,
  );
}
