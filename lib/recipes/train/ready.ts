import { InputError, messageOf } from "../../core/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import { diffusionFilesIn, VAE_FILE } from "../../pipeline/mod.ts";
import type { Stage } from "./curriculum.ts";
import type { TrainOptions } from "./options.ts";
import { endOf, exists } from "./run.ts";
import { END } from "./stage.ts";

/** Weights of the VAE: the run's own, or those it was given. */
export function vaePathOf({ vae, finetune, run }: TrainOptions): string {
  return vae ?? `${finetune ?? run}/${VAE_FILE}`;
}

/**
 * Whether a phase is the first of its run: it begins with fresh weights, or
 * with those that were given to be trained on. A dry run has no phase before.
 */
export async function isFirst(
  { startPhase, from, dryRun, finetune, run }: TrainOptions,
  phase: Phase,
): Promise<boolean> {
  if (phase === 1 || phase === startPhase || from === "scratch" || dryRun) {
    return true;
  }
  return finetune !== undefined &&
    await endOf(run, before(phase)) === undefined;
}

/**
 * Whether a phase can begin, found out before a device is opened or a folder
 * made. A phase that is done needs no other.
 *
 * @throws {InputError} naming the file that is missing, and what makes it
 *
 * @example
 * ```ts
 * import { assertReady, trainFlags } from "lib/recipes/train/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const options = trainFlags.parse({ run: "runs/none" });
 * await assert.rejects(assertReady(options, 3), /there must be a trained VAE: "runs\/none\/vae.safetensors"/);
 * ```
 */
export async function assertReady(
  options: TrainOptions,
  phase: Phase,
): Promise<void> {
  await assertFinetune(options);
  await assertVae(options);
  const stage: Stage = `phase${phase}`;
  if (await isFirst(options, phase) || await endOf(options.run, stage)) return;
  if (await endOf(options.run, before(phase))) return;
  throw phaseBeforeMissing(options.run, phase);
}

/** @throws {InputError} if weights are to be trained on that are not there */
export async function assertFinetune(
  { finetune, from }: TrainOptions,
): Promise<void> {
  if (finetune === undefined) return;
  if (from === "scratch") {
    throw new InputError(
      `Cannot use --finetune "${finetune}" with --from scratch: a phase must ` +
        "begin with weights that are given or with fresh ones; leave one out",
    );
  }
  try {
    await diffusionFilesIn(finetune);
  } catch (error) {
    throw new InputError(`Cannot use --finetune: ${messageOf(error)}`);
  }
}

/** @throws {InputError} if there is no VAE to train with */
export async function assertVae(options: TrainOptions): Promise<void> {
  const { run } = options;
  const path = vaePathOf(options);
  if (await exists(path)) return;
  throw new InputError(
    `Cannot train in "${run}": there must be a trained VAE: "${path}" ` +
      `does not exist; run deno task vae --run ${run} first, or pass ` +
      `its weights with --vae`,
  );
}

/** A phase was to go on from one that is not done. */
export function phaseBeforeMissing(folder: string, phase: Phase): InputError {
  const missing = before(phase);
  return new InputError(
    `Cannot train phase ${phase} in "${folder}": phase ${phase - 1} must be ` +
      `done: "${folder}/${missing}/${END}" does not exist; run deno task ` +
      `${missing} --run ${folder} first, or begin with fresh weights by ` +
      `--from scratch`,
  );
}

/** The stage of the phase before one that is not the first. */
function before(phase: Phase): Stage {
  return `phase${phase - 1}` as Stage;
}
