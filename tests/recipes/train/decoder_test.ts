import assert from "node:assert/strict";
import { openDevice } from "lib/compiler/mod.ts";
import { InputError } from "lib/core/mod.ts";
import { readJsonl } from "lib/formats/jsonl/mod.ts";
import { openGenerator, readTrainedModels } from "lib/recipes/generate/mod.ts";
import { trainDecoder, trainFlags } from "lib/recipes/train/mod.ts";
import "../../compiler/_runtime.ts";
import { untrainedFolder } from "../generate/_trained.ts";
import { silentHost } from "./_silent_host.ts";

Deno.test("a decoder is trained for models that are kept beside it, goes on from its own weights, and finishes their clips", async () => {
  const run = await Deno.makeTempDir();
  const finetune = await untrainedFolder();
  try {
    const options = trainFlags.parse({
      ...{ preset: "tiny", run: `${run}/first`, finetune, languages: "en" },
      ...{ batch: 4, samples: 32, epochs: 3, heldOut: 4, learningRate: 3e-3 },
    });
    await trainDecoder(options, silentHost);
    const records = await readJsonl(`${run}/first/metrics.jsonl`);
    const held = records.flatMap(({ heldOutError }) =>
      typeof heldOutError === "number" ? [heldOutError] : []
    );
    assert.equal(held.length, 2);
    assert.ok(held[1]! < 0.8 * held[0]!, `${held}`);

    const models = await readTrainedModels(`${run}/first`);
    const before = await readTrainedModels(finetune);
    assert.equal(before.decoder, undefined);
    assert.equal(models.digests.diffusion, before.digests.diffusion);
    assert.equal(models.decoder!.facts.step, 24);

    // What is done is not done again; another run goes on from it.
    await trainDecoder(options, silentHost);
    assert.equal(
      (await readJsonl(`${run}/first/metrics.jsonl`)).length,
      records.length,
    );
    const again = { ...options, finetune: `${run}/first`, run: `${run}/again` };
    await trainDecoder({ ...again, maxSteps: 1 }, silentHost);
    const [first] = await readJsonl(`${run}/again/metrics.jsonl`);
    assert.ok(Math.abs(Number(first!.heldOutError) - held[1]!) < 1e-6);

    using device = await openDevice("cpu");
    using generator = await openGenerator(device, models);
    const draw = (finish: number) =>
      generator.generate({
        ...{ prompts: ["a cat"], seed: 1, frames: 8, height: 32, width: 32 },
        ...{ fps: 8, steps: 2, guidance: 2, sampler: "euler", finish },
      });
    const [finished] = await draw(0.4);
    const [decoded] = await draw(0);
    assert.deepEqual(
      [finished!.frames, finished!.height, finished!.width],
      [8, 32, 32],
    );
    assert.notDeepEqual(finished!.data, decoded!.data);
  } finally {
    await Deno.remove(run, { recursive: true });
    await Deno.remove(finetune, { recursive: true });
  }
});

Deno.test("a decoder is refused where there are no models, or it does not fit them, before a folder is made", async () => {
  const finetune = await untrainedFolder();
  const run = `${finetune}/run`;
  try {
    const none = trainFlags.parse({ preset: "tiny", run });
    await assert.rejects(
      trainDecoder(none, silentHost),
      (error) =>
        error instanceof InputError &&
        /must hold vae.safetensors/.test(error.message),
    );
    await assert.rejects(Deno.stat(run), Deno.errors.NotFound);
  } finally {
    await Deno.remove(finetune, { recursive: true });
  }
});
