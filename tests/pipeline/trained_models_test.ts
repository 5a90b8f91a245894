import assert from "node:assert/strict";
import { PRESETS } from "lib/recipes/presets.ts";
import { float32 } from "lib/core/mod.ts";
import { readTrainedModels, readVae, saveWeights } from "lib/pipeline/mod.ts";
import { untrainedFolder } from "../recipes/generate/_trained.ts";

Deno.test("readTrainedModels() knows the sizes of models from their files alone", async () => {
  const folder = await untrainedFolder();
  const models = await readTrainedModels(folder);
  assert.deepEqual(models.config, PRESETS.tiny);
  assert.equal(models.statistics.mean.shape[0], 8);
  assert.equal(models.facts.diffusion.stage, "phase1");
  assert.match(models.digests.vae, /^[0-9a-f]{64}$/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("readTrainedModels() takes the last phase of a run", async () => {
  const folder = await untrainedFolder({ diffusionFile: "phase2.safetensors" });
  await Deno.copyFile(
    `${folder}/phase2.safetensors`,
    `${folder}/phase1.safetensors`,
  );
  await Deno.writeTextFile(`${folder}/phase1.safetensors`, "not read");
  assert.equal((await readTrainedModels(folder)).facts.diffusion.step, 1);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("readTrainedModels() refuses a diffusion that was trained on another VAE", async () => {
  const folder = await untrainedFolder({ vaeDigest: "0".repeat(64) });
  await assert.rejects(() => readTrainedModels(folder), {
    name: "InputError",
    message:
      /^Cannot use ".*diffusion\.safetensors": it must have been trained on the latents of the VAE beside it, [0-9a-f]{12}: it was trained on those of 000000000000; put its own VAE there$/,
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("readTrainedModels() says what a folder without models lacks", async () => {
  const folder = await Deno.makeTempDir();
  await assert.rejects(() => readTrainedModels(folder), {
    name: "InputError",
    message:
      /it must hold vae\.safetensors and diffusion\.safetensors or a phase of a run: it holds nothing; train them with deno task train, or name another folder$/,
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("readVae() refuses weights of another kind by its name", async () => {
  const path = `${await Deno.makeTempDir()}/line.safetensors`;
  await saveWeights(path, { w: float32([1], [1]) }, {
    ...{ kind: "Line", config: {}, stage: "vae", step: 1 },
  });
  await assert.rejects(() => readVae(path), {
    name: "InputError",
    message: `Cannot use "${path}": it must hold weights of a VideoVAE: it ` +
      "holds Line; pass another file",
  });
});
