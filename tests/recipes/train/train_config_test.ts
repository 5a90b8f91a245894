import assert from "node:assert/strict";
import type { ShippedConfig } from "lib/models/text_to_video/mod.ts";
import { loadOwnModel } from "lib/pipeline/mod.ts";
import { knobsOf } from "lib/recipes/command_line/mod.ts";
import {
  notebookFlags,
  runConfigOf,
  trainConfig,
  trainFlags,
} from "lib/recipes/train/mod.ts";

Deno.test("every training flag reaches the notebook, as a knob or in its flags", async () => {
  const given = {
    preset: "tiny",
    model: "tests/recipes/train/_no_parts.ts",
    backbone: "pure",
    run: "runs/a",
    device: "webgpu",
    data: ["data/mine:2", "data/yours"],
    world: 0.5,
    curriculum: "none",
    fill: true,
    perceptual: 0.5,
    temporal: 2,
    latentNoise: 0.3,
    languages: "en,de",
    vae: "a.safetensors",
    freezeEncoder: "b.safetensors",
    finetune: "checkpoints/nano",
    lora: "8:attention,cnn",
    loraAlpha: 16,
    startPhase: 2,
    from: "scratch",
    resumePhase: 3,
    maxSteps: 5,
    epochs: 2,
    batch: 4,
    accumulation: 2,
    learningRate: 0.001,
    samples: 32,
    size: "64x32",
    frames: 8,
    fps: 4,
    replayFraction: 0.5,
    optimiser: "muon",
    averages: "host",
    averageEvery: 4,
    update: "layers",
    embeddings: "host",
    gradientSums: "host",
    gradientClipping: "previous",
    crop: "32x48x8",
    fit: "8GB",
    schedule: "wsd",
    sigmaShift: 0.7,
    set: ["schedule.cooldown=0.3", "optimiser.momentum=0.9"],
    captionDropout: 0.2,
    textLrScale: 0,
    recompute: true,
    seed: 7,
    evaluateEvery: 10,
    heldOut: 3,
    saveEvery: 0,
    keepLast: 5,
    keepEvery: 6,
    snapshots: 0,
    alerts: "alerts.json",
    workers: 2,
    shardOptimiser: true,
    overlap: 2,
    compression: "int8",
    hours: 1.5,
  };
  assert.deepEqual(
    Object.keys(given).sort(),
    Object.keys(notebookFlags.shape).sort(),
    "a flag of the trainer is missing from this test",
  );
  const options = trainFlags.parse(given);
  const { knobs, words } = knobsOf(notebookFlags, options, {
    ...{ run: "", preset: "tiny", device: "cpu", seed: 1 },
    ...{ maxSteps: 10, heldOut: 4, data: "" },
  });
  assert.equal(knobs.data, "data/mine:2");
  assert.ok(words.includes("--data=data/yours"), `${words}`);
  assert.deepEqual(
    await trainConfig(knobs, words),
    runConfigOf(options, await loadOwnModel(options.model!)),
  );
});

Deno.test("runConfigOf() reads sources, weights and sizes", () => {
  const configOf = (flags: Readonly<Record<string, unknown>>) =>
    runConfigOf(trainFlags.parse(flags));
  const real = configOf({ data: ["a:0.5", "b:c"], size: "64x48", fps: 10 });
  assert.deepEqual(real.data, [
    { path: "a", weight: 0.5 },
    { path: "b:c", weight: 1 },
  ]);
  assert.equal(real.world, 0);
  assert.deepEqual(real.exact, { size: true, frames: false, fps: true });
  const { width, height } = real.plans.phase1;
  assert.deepEqual([width, height], [64, 48]);
  const world = configOf({ size: 32 });
  assert.deepEqual([world.world, world.exact.size], [1, false]);
  assert.deepEqual([world.plans.vae.width, world.plans.vae.height], [32, 32]);
});

Deno.test("trainFlags refuses sources and sizes by their rule", () => {
  const messageOf = (flags: Readonly<Record<string, unknown>>) =>
    trainFlags.safeParse(flags).error?.issues[0]?.message;
  assert.equal(
    messageOf({ data: ["a:-1"] }),
    "must have a weight above 0, as in a:2",
  );
  assert.equal(
    messageOf({ data: ["a:0"] }),
    "must have a weight above 0, as in a:2",
  );
  assert.equal(
    messageOf({ size: "250x144" }),
    "must be multiples of 16 up to 4096: the nearest is 256x144",
  );
  assert.equal(
    messageOf({ size: "wide" }),
    "must be WIDTHxHEIGHT in pixels, such as 256x144, or one number",
  );
});

Deno.test("a notebook refuses --dry-run and --config", async () => {
  for (const flag of ["--dry-run", "--config=run.json"]) {
    await assert.rejects(
      () => trainConfig({}, [flag]),
      /there is no flag/,
    );
  }
});

Deno.test("--backbone replaces the backbone of the preset", async () => {
  const layersOf = async (backbone: string) => {
    const { models } = await trainConfig({ preset: "tiny", backbone }, []);
    const { attentionLayers, cnnLayers, wordEmbeddings } =
      (models as ShippedConfig).backbone;
    return [attentionLayers, cnnLayers, wordEmbeddings];
  };
  assert.deepEqual(await layersOf("hybrid"), [2, 1, undefined]);
  assert.deepEqual(await layersOf("pure"), [3, 0, undefined]);
  assert.deepEqual(await layersOf("no-word-embeddings"), [2, 1, false]);
});
