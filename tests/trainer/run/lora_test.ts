import assert from "node:assert/strict";
import { openDevice } from "lib/compiler/mod.ts";
import { isNdArray, leavesOf, StoppedError } from "lib/core/mod.ts";
import { readJsonl } from "lib/formats/jsonl/mod.ts";
import { readSafetensors } from "lib/formats/safetensors/mod.ts";
import { readTrainedModels } from "lib/pipeline/mod.ts";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";
import { type RunConfig, trainRun } from "lib/trainer/mod.ts";
import { untrainedFolder } from "../../recipes/generate/_trained.ts";
import { silentHost } from "../_silent_host.ts";

// The runtime's library stays for the life of the process.
await openDevice("cpu", { threads: 1 });

function loraRun(finetune: string, run: string, more: object = {}): RunConfig {
  return runConfigOf(trainFlags.parse({
    ...{
      preset: "tiny",
      finetune,
      run,
      device: "cpu",
      lora: "2",
      loraAlpha: 4,
    },
    ...{ size: "16", frames: 8, samples: 8, batch: 2, learningRate: 0.01 },
    ...{ heldOut: 2, evaluateEvery: 2, maxSteps: 3, snapshots: 0, workers: 0 },
    ...more,
  }));
}

/** All tensors of the checkpoint of a step, as numbers. */
async function checkpoint(run: string, stage: string, step: number) {
  const { tensors } = await readSafetensors(
    `${run}/${stage}/step-${String(step).padStart(8, "0")}.safetensors`,
  );
  return [...tensors].map(([name, { data }]) => [name, [...data]] as const);
}

Deno.test("adapters train alone, resume bit for bit, and change the drawn model", async () => {
  const base = await untrainedFolder({ noise: 0.1 });
  try {
    const whole = loraRun(base, `${base}/whole`);
    await trainRun(whole, "phase1", silentHost);
    const halves = loraRun(base, `${base}/halves`);
    const stop = new AbortController();
    await assert.rejects(
      trainRun(halves, "phase1", {
        ...silentHost,
        signal: stop.signal,
        display: ({ loss }) => {
          if (loss !== undefined) stop.abort();
        },
      }),
      StoppedError,
    );
    await trainRun(halves, "phase1", silentHost);
    const state = await checkpoint(whole.run, "phase1", 3);
    assert.deepEqual(await checkpoint(halves.run, "phase1", 3), state);
    assert.deepEqual(
      await readJsonl(`${halves.run}/metrics.jsonl`),
      await readJsonl(`${whole.run}/metrics.jsonl`),
    );

    // Parameters, two moments, two EMAs, of A and B alone.
    assert.ok(state.every(([name]) => /\/weight\/[AB]$/.test(name)));
    assert.equal(
      new Set(state.map(([name]) => name.split("/")[0])).size,
      3,
      "parameters, moments, averages",
    );
    for (const [name, values] of state) {
      if (!name.startsWith("parameters/")) continue;
      assert.ok(values.some((value) => value !== 0), `${name} has learned`);
    }

    const path = `${whole.run}/phase1.lora.safetensors`;
    const before = await readTrainedModels(base);
    const after = await readTrainedModels(base, {
      lora: [{ path, scale: 1 }],
    });
    const old = new Map(leavesOf(before.diffusion, isNdArray));
    for (const [name, { data }] of leavesOf(after.diffusion, isNdArray)) {
      const isAdapted = /^backbone\/layers\/.*\/weight$/.test(name);
      const isSame = data.every((value, i) => value === old.get(name)!.data[i]);
      assert.equal(isSame, !isAdapted, name);
    }

    // The next phase goes on from the adapters of this one.
    const next = loraRun(base, whole.run, { maxSteps: 1, learningRate: 1e-9 });
    await trainRun(next, "phase2", silentHost);
    const ended = new Map(state);
    for (const [name, values] of await checkpoint(next.run, "phase2", 1)) {
      if (!name.startsWith("parameters/")) continue;
      for (const [i, value] of values.entries()) {
        assert.ok(Math.abs(value - ended.get(name)![i]!) < 1e-6, name);
      }
    }
  } finally {
    await Deno.remove(base, { recursive: true });
  }
});

Deno.test("--lora names what does not match before the run folder is made", async () => {
  const base = await untrainedFolder();
  const run = `${base}/run`;
  const refused: [object, "phase1" | "vae" | "train", RegExp][] = [
    [
      {},
      "vae",
      /Cannot use --lora with stage vae: adapters are of text encoder/,
    ],
    [
      { finetune: undefined },
      "train",
      /it must adapt the models of --finetune, with their own VAE: --finetune is left out; pass --finetune checkpoints\/nano or a run, and no --vae$/,
    ],
    [{ vae: "a" }, "phase1", /with their own VAE: current --vae is "a"; pass/],
    [{ lora: "2:head" }, "phase1", /"head" names none; targets are blocks, /],
    [
      { lora: "2:text", textLrScale: 0 },
      "phase1",
      /Cannot use --lora with --text-lr-scale 0: it adapts the text encoder/,
    ],
    [
      { set: ["backbone.cnnWidth=24"] },
      "phase1",
      /backbone\.cnnWidth of the model must be that of the weights, 16: current value is 24/,
    ],
    [{ from: "scratch" }, "phase1", /Cannot use --finetune ".*" with --from/],
  ];
  try {
    for (const [more, command, message] of refused) {
      await assert.rejects(
        trainRun(loraRun(base, run, more), command, silentHost),
        { name: "InputError", message },
      );
    }
    await assert.rejects(Deno.stat(run), Deno.errors.NotFound);
  } finally {
    await Deno.remove(base, { recursive: true });
  }
  assert.throws(
    () => runConfigOf(trainFlags.parse({ loraAlpha: 3 })),
    /Cannot use --lora-alpha 3: it scales the adapters of --lora: give that too/,
  );
});
