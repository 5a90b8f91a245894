import {
  type Device,
  disposeState,
  type OnDevice,
  uploadState,
} from "../../compiler/mod.ts";
import { Rng } from "../../core/mod.ts";
import type { Phase } from "../../dataset/vocabulary/mod.ts";
import { tokenPositions } from "../../models/backbone/mod.ts";
import { sampleTimesteps } from "../../models/diffusion/mod.ts";
import { tokenisePrompts } from "../../models/text/mod.ts";
import { latentSizeOf, strideOf } from "../../models/vae/mod.ts";
import {
  clipShapeOf,
  compileStep,
  diffusionTrainingLoss,
  initTrainState,
  NO_LIMIT,
  StoppedError,
  type TrainState,
  updateScalars,
} from "../../trainer/mod.ts";
import { type DiffusionParameters } from "../../models/text_to_video/mod.ts";
import { initModels } from "../../models/text_to_video/mod.ts";
import { stageOf } from "./curriculum.ts";
import { modelsOf } from "./models.ts";
import type { TrainOptions } from "./options.ts";
import { planOf, trainingConfigOf } from "./plan.ts";
import type { TrainHost } from "./run.ts";

/** Steps before the first that counts. */
const WARM_UP = 2;

/**
 * Times the training step of a phase under several options in turn, A B A B, so
 * that whatever else the machine does falls on all alike. The latents are
 * noise: what they show has no part in how long a step takes.
 *
 * @param options Two or more ways to train, such as two backbones.
 * @param rounds Steps of each that are timed, 1 or more.
 * @returns the seconds of every step, by option.
 * @throws {StoppedError} if the signal asked for it
 *
 * @example
 * ```ts
 * import { openDevice } from "lib/compiler/mod.ts";
 * import { silentProgress } from "lib/core/mod.ts";
 * import { timeSteps, trainOptions } from "lib/recipes/train/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const sides = ["hybrid", "pure"].map((backbone) => trainOptions({ preset: "tiny", backbone, batch: 1 }, []));
 * using device = await openDevice("cpu");
 * const { signal } = new AbortController();
 * const host = { progress: silentProgress, signal, clock: () => performance.now() };
 * const [hybrid] = await timeSteps(sides, 1, 3, device, host);
 * assert.equal(hybrid!.length, 3);
 * ```
 */
export async function timeSteps(
  options: readonly TrainOptions[],
  phase: Phase,
  rounds: number,
  device: Device,
  { progress, signal, clock }: Pick<TrainHost, "progress" | "signal" | "clock">,
): Promise<number[][]> {
  await using held = new AsyncDisposableStack();
  const steps: (() => Promise<void>)[] = [];
  for (const option of options) {
    steps.push(await openStep(option, phase, device, held));
  }
  using task = progress.start({
    label: "Steps in turn",
    total: WARM_UP + rounds,
    unit: "rounds",
  });
  const times: number[][] = options.map(() => []);
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

/** A step on a batch that never changes, with all its state. */
async function openStep(
  options: TrainOptions,
  phase: Phase,
  device: Device,
  held: AsyncDisposableStack,
): Promise<() => Promise<void>> {
  const models = modelsOf(options);
  const stage = stageOf(phase);
  const plan = planOf(options, stage);
  const config = { ...trainingConfigOf(stage, plan, options), accumulation: 1 };
  const rng = new Rng(options.seed).fork("step times");
  const { text, backbone } = initModels(models, rng);
  const initial: DiffusionParameters = { text, backbone };
  const state = await uploadState(device, initTrainState(initial, config));
  held.defer(() => disposeState(state));
  const step = held.use(
    await compileStep(
      {
        name: `${options.backbone} step`,
        device,
        config,
        initial,
        lossOf: diffusionTrainingLoss(models),
      },
      state as OnDevice<TrainState<DiffusionParameters>>,
    ),
  );
  const shape = clipShapeOf(plan);
  const grid = latentSizeOf(models.vae, shape);
  const latents = rng.normals([
    plan.batch,
    grid.frames,
    grid.height,
    grid.width,
    models.vae.latentChannels,
  ]);
  const batch = {
    latents,
    noise: rng.normals(latents.shape),
    sigmas: sampleTimesteps(rng, plan.batch),
    prompts: tokenisePrompts(
      Array.from({ length: plan.batch }, () => "a red circle moves right"),
      models.text,
    ),
    positions: tokenPositions(
      grid,
      strideOf(models.vae),
      shape.fps,
      models.backbone.width / models.backbone.heads,
    ),
  };
  const scalars = updateScalars(
    1,
    plan.learningRate,
    NO_LIMIT,
    config.optimiser,
  );
  return async () => {
    await step.run([batch] as never, scalars);
  };
}
