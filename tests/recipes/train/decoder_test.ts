import assert from "node:assert/strict";
import { openDevice } from "lib/compiler/mod.ts";
import { InputError, Rng } from "lib/core/mod.ts";
import { readJsonl } from "lib/formats/jsonl/mod.ts";
import { initDecoder } from "lib/models/decoder/mod.ts";
import {
  DECODER_KIND,
  openGenerator,
  readTrainedModels,
  surroundingsOf,
} from "lib/recipes/generate/mod.ts";
import { DECODERS } from "lib/recipes/presets.ts";
import { saveWeights } from "lib/trainer/mod.ts";
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
      ...{ batch: 4, samples: 32, epochs: 24, heldOut: 4, learningRate: 1e-2 },
    });
    await trainDecoder(options, silentHost);
    const records = await readJsonl(`${run}/first/metrics.jsonl`);
    const held = records.flatMap(({ heldOutError }) =>
      typeof heldOutError === "number" ? [heldOutError] : []
    );
    assert.equal(held.length, 2);
    assert.ok(held[1]! < 0.8 * held[0]!, `${held}`);
    const views = records.flatMap(({ heldOut }) =>
      heldOut === undefined ? [] : [heldOut as Record<string, number>]
    );
    assert.deepEqual(Object.keys(views[1]!), ["0.2", "0.5", "0.7"]);
    // Where a backbone that has learned nothing leaves the most to see.
    const [before, after] = views.map((errors) => errors["0.2"]!);
    assert.ok(after! < 0.5 * before!, `${before} ${after}`);

    const models = await readTrainedModels(`${run}/first`);
    const given = await readTrainedModels(finetune);
    assert.equal(given.decoder, undefined);
    assert.equal(models.digests.diffusion, given.digests.diffusion);
    assert.equal(models.decoder!.facts.step, 192);

    // What is done is not done again, with or without the models elsewhere;
    // another run goes on from it.
    await trainDecoder(options, silentHost);
    assert.equal(
      (await readJsonl(`${run}/first/metrics.jsonl`)).length,
      records.length,
    );
    const decoder = `${run}/first/decoder.safetensors`;
    const again = { ...options, decoder, run: `${run}/again` };
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

Deno.test("a decoder from before it had a sprite gets one", async () => {
  const finetune = await untrainedFolder();
  const runs = await Deno.makeTempDir();
  try {
    const { config } = await readTrainedModels(finetune);
    const { sprite: _, ...bare } = DECODERS.tiny;
    const path = `${runs}/bare.safetensors`;
    const before = initDecoder(bare, surroundingsOf(config), new Rng(7));
    await saveWeights(path, before, {
      kind: DECODER_KIND,
      config: { decoder: bare, diffusion: "another" },
      stage: "decoder",
      step: 1,
    });
    const options = trainFlags.parse({
      ...{ preset: "tiny", run: `${runs}/run`, finetune, languages: "en" },
      ...{ batch: 2, samples: 4, epochs: 1, heldOut: 2 },
      ...{ decoder: path, maxSteps: 1, learningRate: 1e-9 },
    });
    await trainDecoder(options, silentHost);
    const { decoder } = await readTrainedModels(options.run);
    assert.deepEqual(decoder!.config, DECODERS.tiny);
    const { input, sprite } = decoder!.parameters;
    input.weight.data.forEach((value, i) => {
      // Half precision.
      assert.ok(Math.abs(value - before.input.weight.data[i]!) < 1e-3);
    });
    assert.equal(
      sprite!.pictures.weight.shape[0],
      DECODERS.tiny.sprite!.pictures,
    );
    const [line] = await readJsonl(`${options.run}/metrics.jsonl`).then((all) =>
      all.filter(({ loss }) => loss !== undefined)
    );
    assert.ok(Number(line!.behind) > 0 && Number(line!.sprite) > 0);
  } finally {
    await Deno.remove(finetune, { recursive: true });
    await Deno.remove(runs, { recursive: true });
  }
});

Deno.test("a decoder of a run's own models is done once, and evaluated while batches are made ahead", async () => {
  const run = await untrainedFolder({ diffusionFile: "phase1.safetensors" });
  try {
    const options = trainFlags.parse({
      ...{ preset: "tiny", run, languages: "en" },
      ...{ batch: 4, samples: 16, epochs: 1, heldOut: 4, evaluateEvery: 1 },
    });
    await trainDecoder(options, silentHost);
    const records = await readJsonl(`${run}/metrics.jsonl`);
    await trainDecoder(options, silentHost);
    assert.deepEqual(await readJsonl(`${run}/metrics.jsonl`), records);
    assert.ok((await readTrainedModels(run)).decoder);
  } finally {
    await Deno.remove(run, { recursive: true });
  }
});

Deno.test("a decoder that was stopped goes on to the same weights", async () => {
  const finetune = await untrainedFolder();
  const runs = await Deno.makeTempDir();
  try {
    const options = trainFlags.parse({
      ...{ preset: "tiny", finetune, languages: "en", saveEvery: 0 },
      ...{ batch: 2, samples: 8, epochs: 1, heldOut: 2 },
    });
    const whole = { ...options, run: `${runs}/whole` };
    await trainDecoder(whole, silentHost);
    const broken = { ...options, run: `${runs}/broken` };
    const stop = new AbortController();
    await assert.rejects(
      trainDecoder(broken, {
        ...silentHost,
        signal: stop.signal,
        display({ step }) {
          if (step === 2) stop.abort();
        },
      }),
      { name: "StoppedError" },
    );
    await trainDecoder(broken, silentHost);
    const digestIn = async (folder: string) =>
      (await readTrainedModels(folder)).digests.decoder;
    assert.equal(await digestIn(broken.run), await digestIn(whole.run));
  } finally {
    await Deno.remove(finetune, { recursive: true });
    await Deno.remove(runs, { recursive: true });
  }
});

Deno.test("a decoder is refused where there are no models or others, before anything is written", async () => {
  const finetune = await untrainedFolder();
  const other = await untrainedFolder({ seed: 2 });
  const run = `${finetune}/run`;
  try {
    const options = trainFlags.parse({ preset: "tiny", run });
    const refused: [Partial<typeof options>, RegExp][] = [
      [{}, /must hold vae.safetensors/],
      [
        { finetune, preset: "nano" },
        /of the model must be that of the weights/,
      ],
      [
        { finetune, run: other },
        /must be those of --finetune: .* holds others/,
      ],
      [{ finetune, resumePhase: 5 }, /--resume-phase must be left out/],
      [{ finetune, decoder: `${run}/none` }, /none/],
      [
        { finetune, decoder: `${finetune}/vae.safetensors` },
        /vae.safetensors": its configuration must be that of this version/,
      ],
    ];
    for (const [change, message] of refused) {
      await assert.rejects(
        trainDecoder({ ...options, ...change }, silentHost),
        (error) => error instanceof InputError && message.test(error.message),
      );
    }
    await assert.rejects(Deno.stat(run), Deno.errors.NotFound);
    await assert.rejects(Deno.stat(`${other}/decoder`), Deno.errors.NotFound);
  } finally {
    await Deno.remove(finetune, { recursive: true });
    await Deno.remove(other, { recursive: true });
  }
});
