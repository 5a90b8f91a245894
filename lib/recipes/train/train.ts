import { openDevice } from "../../compiler/mod.ts";
import { InputError, messageOf } from "../../core/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import {
  DivergedError,
  StoppedError,
  type Weights,
} from "../../trainer/mod.ts";
import { trainPhaseOf } from "./phase.ts";
import type { TrainOptions } from "./options.ts";
import { openRun, type Run, type TrainHost } from "./run.ts";
import { loadVae, trainVae as trainVaeOf, type VaeWeights } from "./vae.ts";

/**
 * Trains the VAE of a run, or goes on with it: `deno task vae`, or a cell of a
 * notebook.
 */
export async function trainVae(
  options: TrainOptions,
  host: TrainHost,
): Promise<void> {
  await inRun(options, host, async (run) => {
    await trainVaeOf(run);
  });
}

/**
 * Trains one phase of a run, or goes on with it: `deno task phase1` to
 * `phase5`, or a cell of a notebook.
 *
 * @throws {InputError} if the VAE or the phase before is not done
 */
export async function trainPhase(
  phase: Phase,
  options: TrainOptions,
  host: TrainHost,
): Promise<void> {
  await inRun(options, host, async (run) => {
    await trainPhaseOf(run, phase, await vaeOf(run));
  });
}

/** Trains all that is left of a run: the VAE, then phase after phase. */
export async function trainAll(
  options: TrainOptions,
  host: TrainHost,
): Promise<void> {
  await inRun(options, host, async (run) => {
    const vae = options.vae === undefined
      ? await trainVaeOf(run)
      : await vaeOf(run);
    for (let phase = options.startPhase; phase <= 5; phase++) {
      await trainPhaseOf(run, phase as Phase, vae);
    }
  });
}

async function inRun(
  options: TrainOptions,
  host: TrainHost,
  work: (run: Run) => Promise<void>,
): Promise<void> {
  using device = await openDevice(options.device);
  await using run = await openRun(options, device, host);
  try {
    await work(run);
    await run.observers.end({ state: "done", message: "" });
  } catch (error) {
    const stopped = error instanceof StoppedError;
    await run.observers.end({
      state: stopped ? "stopped" : "failed",
      message: messageOf(error),
    });
    throw error;
  }
}

/** The run's own VAE, or the one it was given. */
async function vaeOf(run: Run): Promise<Weights<VaeWeights>> {
  const { options, folder, models } = run;
  const path = options.vae ?? `${folder}/vae.safetensors`;
  try {
    await Deno.stat(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(
      `Cannot train in "${folder}": there must be a trained VAE: "${path}" ` +
        `does not exist; run deno task vae --run ${folder} first, or pass ` +
        `its weights with --vae`,
    );
  }
  return await loadVae(path, models.vae);
}
