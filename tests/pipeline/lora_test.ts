import assert from "node:assert/strict";
import { float32, isNdArray, leavesOf, Rng } from "lib/core/mod.ts";
import { initLora, type LoraParameters } from "lib/models/lora/mod.ts";
import {
  LORA_KIND,
  readTrainedModels,
  saveWeights,
  type TrainedModels,
} from "lib/pipeline/mod.ts";
import { untrainedFolder } from "../recipes/generate/_trained.ts";

const lora = { rank: 2, alpha: 4, targets: ["attention"] };

/** Models in a folder, and adapters of them that are not zero. */
async function withModels(
  body: (
    models: TrainedModels,
    save: (name: string, adapters?: LoraParameters, base?: string) => Promise<
      string
    >,
    folder: string,
  ) => Promise<void>,
): Promise<void> {
  const folder = await untrainedFolder();
  try {
    const models = await readTrainedModels(folder);
    const save = async (
      name: string,
      adapters = initLora(models.diffusion, lora, new Rng(0)),
      base = models.digests.diffusion,
    ) => {
      const path = `${folder}/${name}.lora.safetensors`;
      for (const [, { data }] of leavesOf(adapters, isNdArray)) data.fill(0.5);
      await saveWeights(path, adapters, {
        ...{ kind: LORA_KIND, config: { ...lora, base }, stage: "phase3" },
        ...{ step: 7, score: 1 },
      });
      return path;
    };
    await body(models, save, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readTrainedModels() adds up the changes of several files of adapters", async () => {
  await withModels(async (models, save, folder) => {
    const path = await save("a");
    const weightOf = ({ diffusion }: TrainedModels) =>
      leavesOf(diffusion, isNdArray)
        .find(([path]) => /^backbone.*attention\/out\/weight$/.test(path))![1]
        .data[0]!;
    const changed = await readTrainedModels(folder, {
      lora: [{ path, scale: 1 }, { path, scale: 0.5 }],
    });
    // Two factors of 0.5 each, rank 2, alpha / rank 2: 1 for scale 1.
    const after = Math.fround(Math.fround(weightOf(models) + 1) + 0.5);
    assert.equal(weightOf(changed), after);
    assert.equal(changed.facts.diffusion.stage, "phase3");
    assert.equal(changed.facts.diffusion.step, 7);
    assert.equal("score" in changed.facts.diffusion, false);
    assert.deepEqual(
      changed.diffusion.text,
      models.diffusion.text,
      "no adapters there",
    );
    const digest = await saveWeights(
      `${folder}/merged.safetensors`,
      changed.diffusion,
      changed.facts.diffusion,
    );
    assert.equal(changed.digests.diffusion, digest);
  });
});

Deno.test("readTrainedModels() tells what a folder of adapters alone is for", async () => {
  await withModels(async ({ file }, save, folder) => {
    const path = await save("phase3");
    await Deno.remove(file);
    await assert.rejects(readTrainedModels(folder), {
      name: "InputError",
      message: `Cannot find trained models in "${folder}": it must hold text ` +
        "encoder and backbone: it holds adapters of other models; name those, " +
        `and --lora ${path}`,
    });
  });
});

Deno.test("readTrainedModels() refuses adapters of other models", async () => {
  await withModels(async (models, save, folder) => {
    const path = await save("b", undefined, "0".repeat(64));
    await assert.rejects(
      readTrainedModels(folder, { lora: [{ path, scale: 1 }] }),
      {
        name: "InputError",
        message: `Cannot use "${path}": it must belong to the models of ` +
          `"${models.file}", ${
            models.digests.diffusion.slice(0, 12)
          }: it was ` +
          "trained on 000000000000; use it with the models that --finetune named",
      },
    );
  });
});

Deno.test("readTrainedModels() refuses adapters of another shape, and other files", async () => {
  await withModels(async ({ diffusion, file }, save, folder) => {
    const wide = initLora(diffusion, { ...lora, rank: 3 }, new Rng(0));
    const path = await save("c", wide);
    await assert.rejects(
      readTrainedModels(folder, { lora: [{ path, scale: 1 }] }),
      /tensor "backbone\/layers\/block00\/attention\/qkv\/weight\/A" must be float32\[48,2\]: it is float32\[48,3\]/,
    );
    await assert.rejects(
      readTrainedModels(folder, { lora: [{ path: file, scale: 1 }] }),
      /it must hold weights of a LoRA: it holds Diffusion; pass another file/,
    );
    const strange = `${folder}/d.safetensors`;
    await saveWeights(strange, { w: float32([1], [1]) }, {
      ...{ kind: LORA_KIND, config: { rank: 0 }, stage: "phase1", step: 1 },
    });
    await assert.rejects(
      readTrainedModels(folder, { lora: [{ path: strange, scale: 1 }] }),
      /its configuration must be that of this version: rank: /,
    );
  });
});
