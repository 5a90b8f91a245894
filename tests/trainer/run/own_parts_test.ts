import assert from "node:assert/strict";
import { openDevice } from "lib/compiler/mod.ts";
import { StoppedError } from "lib/core/mod.ts";
import { readJsonl } from "lib/formats/jsonl/mod.ts";
import { openPipeline, readTrainedModels } from "lib/pipeline/mod.ts";
import { runOf, trainFlags } from "lib/recipes/train/mod.ts";
import { type RunConfig, trainRun } from "lib/trainer/mod.ts";
import { silentHost } from "../_silent_host.ts";

// The runtime's library stays for the life of the process.
await openDevice("cpu", { threads: 1 });

const MODULE = "tests/pipeline/_own_model.ts";

/** A run of a few updates in which every part is the module's. */
function ownRun(run: string, more: object = {}): Promise<RunConfig> {
  return runOf(trainFlags.parse({
    ...{ preset: "tiny", model: MODULE, run, device: "cpu" },
    ...{ size: "16", frames: 4, samples: 12, batch: 4, learningRate: 0.01 },
    ...{ heldOut: 4, evaluateEvery: 2, snapshots: 0, workers: 0 },
    ...{ set: ["schedule.every=1", "clips.count=6"], ...more },
  }));
}

/** The metrics of a training that may have been resumed. */
async function recordsOf(folder: string): Promise<Record<string, unknown>[]> {
  return await readJsonl(`${folder}/metrics.jsonl`);
}

Deno.test("a module's parts train, resume exactly, and draw", async () => {
  const folder = await Deno.makeTempDir();
  const whole = await ownRun(`${folder}/whole`, { epochs: 1 });
  await trainRun(whole, "train", silentHost);
  const records = await recordsOf(whole.run);
  assert.deepEqual(
    records.flatMap(({ learningRate: rate }) =>
      rate === undefined ? [] : [rate]
    ),
    [0.01, 0.005, 0.01 / 3],
    "its schedule",
  );
  const scored = records.filter(({ scores }) => scores !== undefined);
  assert.deepEqual(scored.map(({ step }) => step), [0, 2, 3], "its metrics");

  // Stopped after the first update, and resumed.
  const halves = await ownRun(`${folder}/halves`, { epochs: 1 });
  const stop = new AbortController();
  await assert.rejects(
    trainRun(halves, "train", {
      ...silentHost,
      signal: stop.signal,
      display: ({ loss }) => {
        if (loss !== undefined) stop.abort();
      },
    }),
    StoppedError,
  );
  await trainRun(halves, "train", silentHost);
  assert.deepEqual(await recordsOf(halves.run), records);

  const models = await readTrainedModels(whole.run);
  assert.equal(models.own?.reference.path, MODULE);
  assert.equal(models.config.vae.latentChannels, 8 * 8 * 2 * 3);
  using device = await openDevice("cpu");
  using pipeline = await openPipeline(device, models);
  const [clip] = await pipeline.generate({
    ...{ prompts: ["grey"], seed: 1, frames: 4, height: 16, width: 16 },
    ...{ fps: 8, steps: 2, guidance: 1, sampler: "euler" },
  });
  assert.equal(clip?.data.length, 4 * 16 * 16 * 3);
});

Deno.test("--set changes a module's settings by its own schema", async () => {
  const { models, settings } = await ownRun("runs/none", {
    set: ["backbone.gain=2", "loss.power=2"],
  });
  assert.equal(
    JSON.stringify(models.backbone),
    JSON.stringify({ own: { gain: 2 } }),
  );
  assert.deepEqual(settings, { loss: { power: 2 } });
  await assert.rejects(
    () => ownRun("runs/none", { set: ["backbone.gian=2"] }),
    {
      name: "InputError",
      message: "Cannot use --set backbone.gian=2: backbone has no such " +
        "setting; its settings are gain",
    },
  );
});

Deno.test("a text encoder of one's own has no stage of its own", async () => {
  const config = await ownRun("runs/none");
  await assert.rejects(trainRun(config, "text", silentHost), {
    name: "InputError",
    message:
      /^Cannot train stage text: the text encoder must be this project's/,
  });
});
