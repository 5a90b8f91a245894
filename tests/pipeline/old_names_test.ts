import assert from "node:assert/strict";
import {
  isNdArray,
  leavesOf,
  mapTree,
  type NdArray,
  Rng,
  treeFrom,
} from "lib/core/mod.ts";
import { writeSafetensors } from "lib/formats/safetensors/mod.ts";
import { initModels } from "lib/models/text_to_video/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { digestOf } from "lib/formats/safetensors/mod.ts";
import {
  initTrainState,
  loadCheckpoint,
  loadSnapshots,
  saveCheckpoint,
  saveSnapshot,
} from "lib/trainer/mod.ts";
import { loadWeights } from "lib/pipeline/mod.ts";

const models = {
  ...PRESETS.tiny,
  backbone: {
    ...PRESETS.tiny.backbone,
    prediction: "x0",
    pooledContextTokens: 2,
    wordEmbeddings: false,
  },
} as const;
const { vae, text, backbone } = initModels(models, new Rng(1));

/** The same configuration as earlier versions wrote it. */
const { textConditioning, pooledContextTokens, ...others } = models.backbone;
const { attentionWindow, ...oldVae } = models.vae;
const oldConfig = {
  text: models.text,
  backbone: {
    ...{ ...others, wordEmbeddings: undefined, prediction: "data" },
    ...{ reading: textConditioning, memory: pooledContextTokens },
    wordless: true,
  },
};

/** A path as earlier versions wrote it. */
function oldPath(path: string): string {
  return path.replace("promptMlp/fc1", "memory/hear")
    .replace("promptMlp/fc2", "memory/tell")
    .replace("promptMlp/proj", "memory/say")
    .replace("klWeightLogit", "balance")
    .replace("statistics/std", "statistics/deviation");
}

function oldLeaves(tree: unknown): [string, NdArray][] {
  return leavesOf(tree, isNdArray).map(([path, array]) => [
    oldPath(path),
    array,
  ]);
}

async function writeOldWeights(
  path: string,
  tree: unknown,
  facts: Record<string, unknown>,
): Promise<string> {
  const leaves = oldLeaves(tree);
  const digest = digestOf(leaves);
  await writeSafetensors(path, leaves, {
    kind: String(facts.kind),
    facts: JSON.stringify({ ...facts, stage: "phase1", step: 5 }),
    digest,
  });
  return digest;
}

Deno.test("weights of earlier versions load under the names of today", async () => {
  const folder = await Deno.makeTempDir();
  const diffusion = { text, backbone };
  const digest = await writeOldWeights(`${folder}/d`, diffusion, {
    kind: "Diffusion",
    config: oldConfig,
  });
  const config = { text: models.text, backbone: models.backbone };
  const loaded = await loadWeights(`${folder}/d`, {
    ...{ kind: "Diffusion", config, form: diffusion },
  });
  assert.deepEqual(loaded.tensors, diffusion);
  assert.deepEqual(loaded.facts.config, config);
  assert.equal(loaded.digest, digest);
  assert.deepEqual(Object.keys(backbone.promptMlp!), ["fc1", "fc2", "proj"]);

  const mean = new Rng(2).normals([8]);
  const trained = { parameters: vae, statistics: { mean, std: mean } };
  await writeOldWeights(`${folder}/v`, trained, {
    kind: "VideoVAE",
    config: { ...oldVae, reach: attentionWindow },
  });
  const { tensors } = await loadWeights(`${folder}/v`, {
    ...{ kind: "VideoVAE", config: models.vae, form: trained },
  });
  assert.deepEqual(tensors, trained);
});

Deno.test("a run of an earlier version is resumed with its moments and averages", async () => {
  const path = `${await Deno.makeTempDir()}/step.safetensors`;
  const state = mapTree(
    initTrainState({ vae, backbone }, { averages: true }),
    isNdArray,
    ({ shape }, path) => new Rng(0).fork(path).normals(shape),
  );
  const before = treeFrom(oldLeaves(state));
  assert.notDeepEqual(before, state);
  const progress = { step: 1, metricsBytes: 0, seconds: 1 };
  await saveCheckpoint(path, { ...progress, state: before }, {
    models: { ...oldConfig, vae: { ...oldVae, reach: attentionWindow } },
    textRate: 0.1,
  });
  const resumed = await loadCheckpoint(path, {
    models: { ...models },
    textLrScale: 0.1,
  }, state);
  assert.deepEqual(resumed?.state, state);
});

Deno.test("snapshots of averages of an earlier version load", async () => {
  const folder = await Deno.makeTempDir();
  const before = treeFrom(oldLeaves({ vae })) as unknown as { vae: typeof vae };
  await saveSnapshot(folder, { short: before, long: before }, 3);
  const [short] = await loadSnapshots<{ vae: typeof vae }>(folder);
  assert.deepEqual(
    leavesOf(short!.parameters, isNdArray).map(([name]) => name),
    leavesOf({ vae }, isNdArray).map(([name]) => name),
  );
});
