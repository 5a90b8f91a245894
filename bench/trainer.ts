import { jitWithState, openDevice, uploadState } from "lib/compiler/mod.ts";
import { Rng, silentProgress } from "lib/core/mod.ts";
import { openJsonl } from "lib/formats/jsonl/mod.ts";
import { sampleTimesteps } from "lib/models/diffusion/mod.ts";
import { tokenisePrompts } from "lib/models/text/mod.ts";
import { latentSizeOf } from "lib/models/vae/mod.ts";
import { clipPositions, initModels } from "lib/models/text_to_video/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { stagePlan } from "lib/recipes/curriculum.ts";
import { tensorboardObserver } from "lib/trainer/mod.ts";
import {
  ADAMW_DEFAULTS,
  clipShapeOf,
  countParameters,
  diffusionTrainingLoss,
  initTrainState,
  lossBySigma,
  NO_LIMIT,
  train,
  trainStep,
  updateScalars,
} from "lib/trainer/mod.ts";
import { type Outputs } from "lib/trainer/mod.ts";
import type * as z from "zod";
import { WrongResultError } from "./check.ts";
import type { trainerFlags } from "./flags.ts";
import { timingOf } from "./interleave.ts";
import { peakRssBytes } from "./machine.ts";
import type { BenchResult } from "./result.ts";

/** Learning rate of both sides, so that they do the same work. */
const RATE = 1e-3;
/** Warm-up steps. */
const WARMUP = 3;

/**
 * Times a step of the trainer in turn with the bare compiled step of the same
 * graph on a constant batch: the difference is the cost of batches, captions,
 * noise, metrics, guard and TensorBoard.
 */
export async function benchTrainer(
  { preset, device: choice, steps }: z.infer<typeof trainerFlags>,
): Promise<BenchResult> {
  using device = await openDevice(choice);
  const models = PRESETS[preset];
  const plan = stagePlan(preset, "phase1");
  const shape = clipShapeOf(plan);
  const grid = latentSizeOf(models.vae, shape);
  const { text, backbone } = initModels(models, new Rng(1));
  const initial = { text, backbone };
  const positions = clipPositions(models, shape);
  const batchAt = (index: number) => {
    const rng = new Rng(1).fork(`batch ${index}`);
    const latents = rng.normals([
      plan.batch,
      grid.frames,
      grid.height,
      grid.width,
      models.vae.latentChannels,
    ]);
    const captions = Array.from(
      { length: plan.batch },
      () => `a ${rng.pick(["red", "blue"])} ${rng.pick(["cat", "car"])} rises`,
    );
    return {
      latents,
      noise: rng.normals(latents.shape),
      sigmas: sampleTimesteps(rng, plan.batch),
      prompts: tokenisePrompts(captions, models.text),
      positions,
    };
  };
  const options = { optimiser: ADAMW_DEFAULTS, clipNorm: 1 };
  const state = await uploadState(
    device,
    initTrainState(initial, { averages: true }),
  );
  using bare = jitWithState(
    trainStep(diffusionTrainingLoss(models), options) as never,
    state,
    { device, name: "bare step" },
  );
  const fixed = {
    batch: batchAt(0),
    scalars: updateScalars(1, RATE, NO_LIMIT, ADAMW_DEFAULTS),
  };
  const bareLoss = await bare.run(fixed as never) as {
    loss: { data: number[] };
  };

  await Deno.mkdir("runs", { recursive: true });
  const folder = await Deno.makeTempDir({ dir: "runs", prefix: "bench-" });
  const [ours, alone]: [number[], number[]] = [[], []];
  let firstLoss = NaN;
  try {
    await using board = tensorboardObserver(`${folder}/tensorboard`, {
      now: () => Date.now() / 1000,
      host: "bench",
      pid: Deno.pid,
    });
    using metrics = openJsonl(`${folder}/metrics.jsonl`);
    await board.begin!("phase1", 0, steps);
    let last = performance.now();
    await train({
      name: "trainer",
      device,
      config: {
        ...options,
        averages: true,
        schedule: {
          peak: RATE,
          warmupSteps: 0,
          totalSteps: steps + WARMUP,
          floor: RATE,
        },
      },
      initial,
      lossOf: diffusionTrainingLoss(models),
      batchAt,
      notesOf: ({ sigmas }) => ({ sigmas }),
      measure: (microbatches: readonly Outputs[]) => ({
        bySigma: lossBySigma(
          microbatches.flatMap(({ sigmas }) => [...sigmas!.data]),
          microbatches.flatMap(({ losses }) => [...losses!.data]),
        ),
      }),
      metrics,
      progress: silentProgress,
      save() {}, // once, at the end: it is no part of a step
      saveEvery: Infinity,
      clock: () => performance.now(),
      async onRecord(record) {
        if (record.step === 1) firstLoss = Number(record.loss);
        await board.record!("phase1", record);
        const mine = performance.now() - last;
        const begun = performance.now();
        await bare.run(fixed as never);
        last = performance.now();
        if (Number(record.step) <= WARMUP) return;
        ours.push(mine);
        alone.push(last - begun);
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  if (firstLoss !== bareLoss.loss.data[0]) {
    throw new WrongResultError(
      `Refusing to time trainer: its first loss must be that of the bare ` +
        `step, ${bareLoss.loss.data[0]}: it is ${firstLoss}`,
    );
  }
  const timing = timingOf(ours);
  const bareTiming = timingOf(alone);
  const overhead = timing.medianMs / bareTiming.medianMs - 1;
  return {
    bench: "trainer",
    device: device.name,
    sizes: {
      preset,
      batch: plan.batch,
      clip: `${shape.frames}x${plan.height}x${plan.width}`,
    },
    checked: [`first loss of both: ${firstLoss}`],
    parameters: countParameters(initial),
    ...timing,
    peakRssBytes: peakRssBytes(),
    note:
      `the bare compiled step takes ${bareTiming.medianMs.toFixed(1)} ms; ` +
      `the trainer adds ${(100 * overhead).toFixed(1)} %`,
  };
}
