import assert from "node:assert/strict";
import { isNdArray, leavesOf } from "lib/core/mod.ts";
import { manifestRows } from "lib/dataset/curate/mod.ts";
import { readSafetensorsHeader } from "lib/formats/safetensors/mod.ts";
import { readTrainedModels } from "lib/pipeline/mod.ts";
import {
  loadCheckpoint,
  loadSnapshots,
  readCachedFile,
  type TrainState,
} from "lib/trainer/mod.ts";
import { initModel, type ShippedConfig } from "lib/models/text_to_video/mod.ts";
import { metaInit } from "lib/models/layers/mod.ts";
import { runTask } from "../_task_process.ts";

/** Files that commit ab880f3 wrote, as its README.md says. */
const EARLIER = "tests/recipes/version/ab880f3";

Deno.test("models that ab880f3 trained load, with the digests that it wrote", async () => {
  const { config, digests, facts, diffusion } = await readTrainedModels(
    EARLIER,
  );
  const { vae, backbone } = config as ShippedConfig;
  assert.equal(vae.attentionWindow, 8);
  assert.equal(backbone.pooledContextTokens, 2);
  assert.equal(backbone.textConditioning, "joint");
  assert.equal(digests.vae.slice(0, 12), "5d5e661e57d0");
  assert.equal(digests.diffusion.slice(0, 12), "0b7b20df7c27");
  assert.deepEqual([facts.diffusion.stage, facts.diffusion.step], [
    "phase1",
    2,
  ]);
  assert.deepEqual(Object.keys(diffusion.backbone.promptMlp!), [
    "fc1",
    "fc2",
    "proj",
  ]);
});

Deno.test("models that ab880f3 trained draw a video", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, stderr } = await runTask(
      ...["generate", "a red circle", "--checkpoint", EARLIER] as const,
      ...["--steps", "1", "--out", `${folder}/a.mp4`],
    );
    assert.equal(code, 0, stderr);
    assert.ok((await Deno.stat(`${folder}/a.mp4`)).size > 500);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a checkpoint that ab880f3 wrote resumes with the moments of its optimiser", async () => {
  const path = `${EARLIER}/text/step-00000002.safetensors`;
  const { metadata } = await readSafetensorsHeader(path);
  const { config } = await readTrainedModels(EARLIER);
  const checkpoint = await loadCheckpoint<TrainState<unknown>>(
    path,
    JSON.parse(metadata.config!),
  );
  const { step, state, evaluation } = checkpoint!;
  assert.equal(step, 2);
  assert.equal(evaluation?.best.step, 2);
  const wanted = leavesOf(
    initModel("text", config, metaInit()),
    isNdArray,
  );
  const found = new Map(leavesOf(state.parameters, isNdArray));
  for (const [name, { shape }] of wanted) {
    const [, array] = [...found].find(([path]) => path.endsWith(name)) ?? [];
    assert.deepEqual(array?.shape, shape, name);
  }
  assert.ok(Object.keys(state).includes("moments"));
});

Deno.test("averages, latents and a manifest that ab880f3 wrote are read", async () => {
  const [short, long] = await loadSnapshots(`${EARLIER}/text`);
  assert.deepEqual([short?.update, long?.update], [2, 2]);

  const latents = await readCachedFile(
    `${EARLIER}/latents/84ffb91a79e622f5/00000000.safetensors`,
  );
  assert.equal(latents.clips.length, 4);
  assert.equal(latents.clips[2]?.caption, "天鹅向上移动");

  const rows = [];
  for await (const row of manifestRows(`${EARLIER}/manifest.jsonl`)) {
    rows.push(row);
  }
  assert.deepEqual(rows.map(({ status }) => status), ["kept", "kept"]);
});
