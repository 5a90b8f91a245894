import assert from "node:assert/strict";
import { knobsOf } from "lib/recipes/command_line/mod.ts";
import {
  notebookFlags,
  runConfigOf,
  trainConfig,
  trainFlags,
} from "lib/recipes/train/mod.ts";

Deno.test("every training flag reaches the notebook, as a knob or in its flags", () => {
  const given = {
    preset: "tiny",
    backbone: "pure",
    run: "runs/a",
    device: "webgpu",
    data: "data/mine",
    languages: "en,de",
    vae: "a.safetensors",
    freezeEncoder: "b.safetensors",
    finetune: "checkpoints/nano",
    startPhase: 2,
    from: "scratch",
    resumePhase: 3,
    maxSteps: 5,
    epochs: 2,
    batch: 4,
    accumulation: 2,
    learningRate: 0.001,
    samples: 32,
    size: 32,
    frames: 8,
    fps: 4,
    perceptual: 0.02,
    replayFraction: 0.5,
    optimiser: "muon",
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
    ...{ maxSteps: 10, heldOut: 4 },
  });
  assert.deepEqual(trainConfig(knobs, words), runConfigOf(options));
});

Deno.test("a notebook refuses --dry-run and --config", () => {
  for (const flag of ["--dry-run", "--config=run.json"]) {
    assert.throws(() => trainConfig({}, [flag]), /there is no flag/);
  }
});

Deno.test("--backbone replaces the backbone of the preset", () => {
  const layersOf = (backbone: string) => {
    const { models } = trainConfig({ preset: "tiny", backbone }, []);
    const { attentionLayers, cnnLayers, wordEmbeddings } = models.backbone;
    return [attentionLayers, cnnLayers, wordEmbeddings];
  };
  assert.deepEqual(layersOf("hybrid"), [2, 1, undefined]);
  assert.deepEqual(layersOf("pure"), [3, 0, undefined]);
  assert.deepEqual(layersOf("no-word-embeddings"), [2, 1, false]);
});
