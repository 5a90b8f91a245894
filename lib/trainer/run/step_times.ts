import {
  type Device,
  disposeState,
  type OnDevice,
  uploadState,
} from "../../compiler/mod.ts";
import { Rng, StoppedError } from "../../core/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import {
  type DiffusionParameters,
  initModels,
} from "../../models/text_to_video/mod.ts";
import { latentSizeOf } from "../../models/vae/mod.ts";
import { compileStep } from "../loop/compiled_step.ts";
import {
  initTrainState,
  NO_LIMIT,
  type TrainState,
  updateScalars,
} from "../loop/train_step.ts";
import { diffusionBatch } from "../stages/diffusion_batch.ts";
import { diffusionTrainingLoss } from "../stages/diffusion_loss.ts";
import { clipShapeOf } from "../stages/stage_plan.ts";
import { stageOf } from "../stages/stages.ts";
import {
  ownLossOf,
  planOf,
  type RunConfig,
  trainingConfigOf,
} from "./config.ts";
import type { TrainHost } from "./run.ts";

/** Steps before timing starts. */
const WARM_UP = 2;

/**
 * Times the training step of a phase under several configurations in turn,
 * A B A B, so that other load affects all equally. The latents are noise: the
 * time of a step does not depend on their content.
 *
 * @param configs Two or more, such as two backbones.
 * @param rounds Timed steps of each, from 1.
 * @returns the seconds of every step, by configuration.
 * @throws {StoppedError} on the signal
 */
export async function timeSteps(
  configs: readonly RunConfig[],
  phase: Phase,
  rounds: number,
  device: Device,
  { progress, signal, clock }: Pick<TrainHost, "progress" | "signal" | "clock">,
): Promise<number[][]> {
  await using held = new AsyncDisposableStack();
  const steps: (() => Promise<void>)[] = [];
  for (const config of configs) {
    steps.push(await openStep(config, phase, device, held));
  }
  using task = progress.start({
    label: "Steps in turn",
    total: WARM_UP + rounds,
    unit: "rounds",
  });
  const times: number[][] = configs.map(() => []);
  for (let round = 0; round < WARM_UP + rounds; round++) {
    for (const [i, step] of steps.entries()) {
      if (signal.aborted) throw new StoppedError("Timing was stopped");
      const before = clock();
      await step();
      const seconds = (clock() - before) / 1000;
      if (round >= WARM_UP) times[i]!.push(seconds);
    }
    task.update(round + 1);
  }
  return times;
}

/** A training step with its state, on a constant batch. */
async function openStep(
  run: RunConfig,
  phase: Phase,
  device: Device,
  held: AsyncDisposableStack,
): Promise<() => Promise<void>> {
  const { models } = run;
  const stage = stageOf(phase);
  const plan = planOf(run, stage);
  const { tables: _, ...training } = trainingConfigOf(run, stage, plan);
  const config = { ...training, accumulation: 1 };
  const rng = new Rng(run.seed).fork("step times");
  const { text, backbone } = initModels(models, rng);
  const initial: DiffusionParameters = { text, backbone };
  const state = await uploadState(device, initTrainState(initial, config));
  held.defer(() => disposeState(state));
  const step = held.use(
    await compileStep(
      {
        name: "timed step",
        device,
        config,
        initial,
        lossOf: diffusionTrainingLoss(models, { own: ownLossOf(run) }),
      },
      { state: state as OnDevice<TrainState<DiffusionParameters>> },
    ),
  );
  const shape = clipShapeOf(plan);
  const grid = latentSizeOf(models.vae, shape);
  const latent = rng.normals([
    grid.frames,
    grid.height,
    grid.width,
    models.vae.latentChannels,
  ]);
  const batch = diffusionBatch(models, {
    latents: new Array(plan.batch).fill(latent),
    captions: new Array(plan.batch).fill("a red circle moves right"),
    shape,
    rng,
  });
  const scalars = updateScalars(
    1,
    plan.learningRate,
    NO_LIMIT,
    config.optimiser,
  );
  return async () => {
    await step.run([batch], scalars, {
      update: 1,
      learningRate: plan.learningRate,
    });
  };
}
