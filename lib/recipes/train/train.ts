import { openDevice } from "../../compiler/mod.ts";
import { InputError, messageOf, writeFileAtomically } from "../../core/mod.ts";
import { type Phase, PHASES } from "../../dataset/vocabulary/mod.ts";
import { latentSpaceOf, type Weights } from "../../pipeline/mod.ts";
import { StoppedError } from "../../trainer/mod.ts";
import { metaInit } from "../../models/layers/mod.ts";
import { loadVae, VAE_FILE, type VaeWeights } from "../../pipeline/mod.ts";
import { type Stage, stageOf } from "./curriculum.ts";
import { dryRun } from "./dry_run.ts";
import { trainPhaseOf } from "./phase.ts";
import type { TrainOptions } from "./options.ts";
import {
  assertFinetune,
  assertReady,
  assertVae,
  isFirst,
  vaePathOf,
} from "./ready.ts";
import { givenText, givenVae } from "./given_models.ts";
import { modelsOf } from "./models.ts";
import { runError } from "./run_error.ts";
import { exists, openRun, type Run, type TrainHost } from "./run.ts";
import { trainText as trainTextOf } from "./text.ts";
import { trainVae as trainVaeOf } from "./vae.ts";

/**
 * Trains the VAE of a run, or goes on with it: `deno task vae`, or a cell of a
 * notebook.
 *
 * @throws {InputError} if it was given a VAE to train on that does not fit
 * @throws {StoppedError} if the signal, a file or the time asked for it
 * @throws {RunFailedError} if the run cannot go on by itself
 */
export async function trainVae(
  options: TrainOptions,
  host: TrainHost,
): Promise<void> {
  // Found out before a folder is made.
  const models = modelsOf(options);
  await givenVae({ options, models }, metaInit());
  if (options.freezeEncoder) await loadVae(options.freezeEncoder, models.vae);
  await inRun(options, ["vae"], host, async (run) => {
    await trainVaeOf(run);
  });
}

/**
 * Trains the text encoder of a run on captions alone, or goes on with it:
 * `deno task text`, or a cell of a notebook.
 *
 * @throws {InputError} if it was given a text encoder to train on that does not
 *   fit
 * @throws {StoppedError} if the signal, a file or the time asked for it
 * @throws {RunFailedError} if the run cannot go on by itself
 */
export async function trainText(
  options: TrainOptions,
  host: TrainHost,
): Promise<void> {
  await givenText({ options, models: modelsOf(options) });
  await inRun(options, ["text"], host, trainTextOf);
}

/**
 * Trains one phase of a run, or goes on with it: `deno task phase1` to
 * `phase5`, or a cell of a notebook.
 *
 * @throws {InputError} if the VAE or the phase before is not done
 * @throws {StoppedError} if the signal, a file or the time asked for it
 * @throws {RunFailedError} if the run cannot go on by itself
 */
export async function trainPhase(
  phase: Phase,
  options: TrainOptions,
  host: TrainHost,
): Promise<void> {
  await assertReady(options, phase);
  const begun = {
    ...options,
    ...(await isFirst(options, phase) && { startPhase: phase }),
    // A dry run has a folder of its own.
    ...(options.dryRun && { vae: vaePathOf(options) }),
  };
  await inRun(begun, [stageOf(phase)], host, async (run) => {
    await trainPhaseOf(run, phase, await vaeOf(run));
  });
}

/** Trains all that is left of a run: VAE, text encoder, then phase after phase. */
export async function trainAll(
  options: TrainOptions,
  host: TrainHost,
): Promise<void> {
  const phases = PHASES.slice(options.startPhase - 1);
  await assertFinetune(options);
  const isNew = options.finetune === undefined;
  const hasVae = options.vae !== undefined || !isNew;
  const stages = [
    ...(hasVae ? [] : ["vae"] as const),
    ...(isNew ? ["text"] as const : []),
    ...phases.map((phase) => stageOf(phase)),
  ];
  await inRun(options, stages, host, async (run) => {
    const vae = await (hasVae ? vaeOf(run) : trainVaeOf(run));
    if (isNew) await trainTextOf(run);
    for (const phase of phases) await trainPhaseOf(run, phase, vae);
  });
}

/** Opens a run, says what it will take, and does its work or a dry run of it. */
async function inRun(
  options: TrainOptions,
  stages: readonly Stage[],
  host: TrainHost,
  work: (run: Run) => Promise<void>,
): Promise<void> {
  using device = await openDevice(options.device);
  const doWork = async (
    options: TrainOptions,
    host: TrainHost,
  ): Promise<void> => {
    try {
      await using run = await openRun(options, device, host);
      await endWith(run, work);
    } catch (error) {
      throw runError(error, options.run);
    }
  };
  if (options.dryRun) {
    return await dryRun(options, stages, device, host, doWork);
  }
  await doWork(options, host);
}

/** Does the work of a run and tells its observers how it ended. */
async function endWith(
  run: Run,
  work: (run: Run) => Promise<void>,
): Promise<void> {
  try {
    await work(run);
    await run.observers.end({ state: "done", message: "" });
  } catch (error) {
    // Where the disk is full, the report cannot be written either: what ended
    // the run counts.
    await run.observers.end({
      state: error instanceof StoppedError ? "stopped" : "failed",
      message: messageOf(runError(error, run.folder)),
    }).catch(() => undefined);
    throw error;
  }
}

/** The run's own VAE, or the one it was given, which is kept with the run. */
async function vaeOf(
  { options, models, folder }: Run,
): Promise<Weights<VaeWeights>> {
  await assertVae(options);
  const path = vaePathOf(options);
  const vae = await loadVae(path, models.vae);
  const own = `${folder}/${VAE_FILE}`;
  if (path === own) return vae;
  if (!await exists(own)) {
    await writeFileAtomically(own, await Deno.readFile(path));
    return vae;
  }
  const kept = await loadVae(own, models.vae);
  if (latentSpaceOf(kept) === latentSpaceOf(vae)) return vae;
  throw new InputError(
    `Cannot use "${path}": it must make the latents of the VAE that the run ` +
      `has already: "${own}" makes others; train in another folder with --run`,
  );
}
