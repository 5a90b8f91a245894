import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import { readJsonl } from "lib/formats/jsonl/mod.ts";
import { initText } from "lib/models/text/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { readTrainedModels } from "lib/pipeline/mod.ts";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";
import { trainRun } from "lib/trainer/mod.ts";
import { loadWeights } from "lib/pipeline/mod.ts";
import { temporaryFolder } from "../../dataset/_video_fixture.ts";
import { silentHost } from "../_silent_host.ts";
import { writeData } from "../_video_data.ts";

Deno.test("the text stage aligns captions across languages and saves the weights", async () => {
  const run = await Deno.makeTempDir();
  try {
    const options = runConfigOf(trainFlags.parse({
      preset: "tiny",
      run,
      languages: "en,de",
      batch: 32,
      samples: 640,
      epochs: 2,
      learningRate: 5e-3,
      heldOut: 32,
    }));
    await trainRun(options, "text", silentHost);
    const records = await readJsonl(`${run}/metrics.jsonl`);
    const held = records.flatMap((
      { heldOutAccuracy, heldOutLoss, heldOutClassification },
    ) =>
      typeof heldOutAccuracy === "number"
        ? [{
          heldOutAccuracy,
          heldOutLoss: Number(heldOutLoss),
          heldOutClassification: Number(heldOutClassification),
        }]
        : []
    );
    const [first, last] = [held[0]!, held.at(-1)!];
    assert.ok(last.heldOutLoss < 0.8 * first.heldOutLoss, JSON.stringify(held));
    assert.ok(last.heldOutAccuracy > first.heldOutAccuracy);
    assert.ok(last.heldOutClassification > first.heldOutClassification);
    const { text } = PRESETS.tiny;
    await loadWeights(`${run}/text.safetensors`, {
      kind: "MultilingualTextEncoder",
      config: text,
      form: initText(text, new Rng(0)),
    });
    // What is done is not done again.
    const lines: string[] = [];
    await trainRun(options, "text", {
      ...silentHost,
      log: (line) => void lines.push(line),
    });
    assert.equal(lines.at(-1), "text is done: 40 of 40 updates");
    assert.equal(
      (await readJsonl(`${run}/metrics.jsonl`)).length,
      records.length,
    );
  } finally {
    await Deno.remove(run, { recursive: true });
  }
});

Deno.test("the text stage learns from the captions of real video", async () => {
  await using folder = await temporaryFolder();
  const words = ["cat", "dog", "car", "kite", "boat", "bird", "tree", "house"];
  const data = await writeData(
    folder.file("data"),
    words.map((word) => ({ caption: `A ${word} stands here. It moves.` })),
  );
  const run = folder.file("run");
  const config = runConfigOf(trainFlags.parse({
    ...{ preset: "tiny", run, data: [data], batch: 8, samples: 160, epochs: 2 },
    ...{ learningRate: 5e-3, heldOut: 8 },
  }));
  await trainRun(config, "text", silentHost);
  const held = (await readJsonl(`${run}/metrics.jsonl`)).flatMap((record) =>
    typeof record.heldOutAccuracy === "number" ? [record] : []
  );
  const [first, last] = [held[0]!, held.at(-1)!];
  assert.ok(Number(last.heldOutLoss) < 0.8 * Number(first.heldOutLoss));
  assert.ok(Number(last.heldOutAccuracy) > Number(first.heldOutAccuracy));
  assert.equal(first.heldOutClassification, undefined);

  const weights = `${run}/text.safetensors`;
  const bytes = await Deno.readFile(weights);
  await Deno.writeFile(weights, bytes.with(-1, bytes.at(-1)! ^ 1));
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  await trainRun(config, "text", { ...silentHost, log });
  assert.ok(
    lines.includes(
      `made again from the last checkpoint: "${weights}" was damaged`,
    ),
    lines.join("\n"),
  );
  assert.deepEqual(await Deno.readFile(weights), bytes);
});

Deno.test("the text stage needs a caption", async () => {
  await using folder = await temporaryFolder();
  const data = await writeData(folder.file("data"), [{}]);
  const run = folder.file("run");
  const config = runConfigOf(
    trainFlags.parse({ preset: "tiny", run, data: [data], maxSteps: 2 }),
  );
  await assert.rejects(trainRun(config, "text", silentHost), {
    name: "InputError",
    message: /^Cannot train the text encoder on ".*": there must be captions: /,
  });
  const lines: string[] = [];
  await trainRun(config, "train", {
    ...silentHost,
    log: (line) => lines.push(line),
  });
  assert.ok(lines.includes("note: text is left out: the data has no captions"));
  assert.match(lines.join("\n"), /the model will be unconditional/);
  const stages = new Set(
    (await readJsonl(`${run}/metrics.jsonl`)).map(({ stage }) => stage),
  );
  // Phase 5 takes all shots; no other phase has one, but phase 1.
  assert.deepEqual([...stages], ["vae", "phase1", "phase5"]);
  const { facts } = await readTrainedModels(run);
  assert.equal(facts.diffusion.unconditional, true);
});
