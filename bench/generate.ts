import { resolve } from "node:path";
import { openDevice } from "lib/compiler/mod.ts";
import { type Clip, Rng } from "lib/core/mod.ts";
import { latentSizeOf } from "lib/models/vae/mod.ts";
import {
  openPipeline,
  readTrainedModels,
  type TrainedModels,
  trainedShape,
} from "lib/pipeline/mod.ts";
import { writeModels } from "lib/recipes/release/write_models.ts";
import type * as z from "zod";
import { besideTorch } from "./beside_torch.ts";
import { checkNumber } from "./check.ts";
import type { generateFlags } from "./flags.ts";
import { interleave, type Side, sleep, timed, timingOf } from "./interleave.ts";
import { isCard, peakRssBytes, placeOf } from "./machine.ts";
import type { BenchResult } from "./result.ts";
import { openTwin } from "./twin.ts";

/** Settings that the twin of a release knows. */
const SETTINGS = { guidance: 4, sampler: "heun" } as const;

/**
 * `deno task bench generate`: clips from noise and prompts by a trained model, in
 * memory, in turn with the twin in PyTorch that a release of it holds.
 */
export async function benchGenerate(
  options: z.infer<typeof generateFlags>,
): Promise<BenchResult> {
  const { clips: count, samplerSteps: steps } = options;
  using device = await openDevice(options.device);
  const models = await readTrainedModels(options.checkpoint);
  const shape = trainedShape(models.facts.diffusion);
  const { frames, height, width } = latentSizeOf(models.config.vae, shape);
  const noise = new Rng(1).normals([
    ...[count, frames, height, width],
    models.config.vae.latentChannels,
  ]);
  const prompts = new Array<string>(count).fill(options.prompt);
  using pipeline = await openPipeline(device, models);
  const draw = () =>
    pipeline.generate({
      ...{ ...shape, ...SETTINGS, steps },
      ...{ prompts, noise, seed: 1 },
    });
  const opening = performance.now();
  const value = meanSquare(await draw());
  const compileMs = performance.now() - opening;

  const opened = isCard(device)
    ? "no comparison with PyTorch: the twin draws on the CPU alone"
    : await withRelease(
      models,
      async (folder) =>
        await openTwin("generate", options.torch, {
          config: {
            ...{ folder: resolve(folder), prompts, fps: shape.fps, steps },
            guidance: SETTINGS.guidance,
          },
          threads: device.threads,
          card: false,
          tensors: [["noise", noise]],
        }),
    );
  await using twin = typeof opened === "string" ? undefined : opened;
  const checked: string[] = [];
  const sides: Side[] = [{ name: "ours", run: () => timed(draw) }];
  if (twin) {
    checkNumber("generate", value, (await twin.run()).value, "PyTorch");
    checked.push("mean squares of the clips against PyTorch");
    sides.push({
      name: "torch",
      run: async () => (await twin.run()).milliseconds,
    });
  }
  const times = await interleave(sides, { rounds: options.steps, sleep });
  const ours = timingOf(times[0]!);
  return {
    bench: "generate",
    ...placeOf(device),
    sizes: {
      checkpoint: options.checkpoint,
      clip: [shape.frames, shape.height, shape.width].join("x"),
      clips: count,
      steps,
    },
    checked,
    ...ours,
    picturesPerSecond: 1000 * count * shape.frames / ours.medianMs,
    compileMs,
    peakRssBytes: peakRssBytes(),
    ...(twin && await besideTorch(times[0]!, times[1]!, twin)),
    ...(typeof opened === "string" && { note: opened }),
  };
}

/** Lets a twin read the models, as a release holds them. */
async function withRelease<T>(
  models: TrainedModels,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  await Deno.mkdir("runs", { recursive: true });
  const folder = await Deno.makeTempDir({ dir: "runs", prefix: "bench-" });
  try {
    using device = await openDevice("cpu");
    await writeModels(folder, {
      models,
      source: {},
      version: "bench",
      shape: trainedShape(models.facts.diffusion),
      prompts: ["a sample"],
      device,
    });
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function meanSquare(clips: readonly Clip[]): number {
  let [sum, count] = [0, 0];
  for (const { data } of clips) {
    for (const value of data) sum += value * value;
    count += data.length;
  }
  return sum / count;
}
