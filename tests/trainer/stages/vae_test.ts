import * as tf from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { readJsonl } from "lib/formats/jsonl/mod.ts";
import { loadVae } from "lib/pipeline/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";
import { trainRun } from "lib/trainer/mod.ts";
import { silentHost } from "../_silent_host.ts";

/** The shortcuts have nothing to do with the widths. */
const vae = { ...PRESETS.mini.vae, widths: [8, 16] };

Deno.test("a VAE with shortcuts encodes clips before its first update and freezes them", async () => {
  const run = await Deno.makeTempDir();
  try {
    const trained = async (maxSteps: number) => {
      const options = runConfigOf(trainFlags.parse({
        ...{ preset: "mini", run: `${run}/${maxSteps}`, size: 32, frames: 4 },
        ...{ batch: 2, samples: 2 * maxSteps, epochs: 1, maxSteps },
        ...{ heldOut: 10, learningRate: 1e-3 },
      }));
      await trainRun(
        { ...options, models: { ...options.models, vae } },
        "vae",
        silentHost,
      );
      const { tensors } = await loadVae(`${options.run}/vae.safetensors`, vae);
      const [first] = await readJsonl(`${options.run}/metrics.jsonl`) as {
        heldOutPsnr: number;
      }[];
      return { psnr: first!.heldOutPsnr, ...tensors.parameters };
    };
    const [one, three] = [await trained(1), await trained(3)];
    // An untrained VAE gives grey, which is 13 dB.
    assert.ok(one.psnr > 20, `${one.psnr} dB`);
    assert.equal(three.psnr, one.psnr);
    for (const half of ["encoder", "decoder"] as const) {
      assert.deepEqual(three[half].shortcut, one[half].shortcut, half);
      assert.notDeepEqual(three[half].input, one[half].input, half);
    }
  } finally {
    await Deno.remove(run, { recursive: true });
  }
});

Deno.test("stage vae reports its perceptual term, and a run keeps to one", async () => {
  const run = await Deno.makeTempDir();
  const host = {
    ...silentHost,
    perceptual: {
      digest: "ab",
      distance: (a: tf.Tensor, b: tf.Tensor) =>
        tf.mean(tf.abs(tf.sub(a, b)), [1, 2, 3]),
    },
  };
  const config = (perceptual: number, maxSteps: number) =>
    runConfigOf(trainFlags.parse({
      ...{ preset: "tiny", run, size: 16, frames: 4, batch: 2, samples: 4 },
      ...{ epochs: 1, heldOut: 5, snapshots: 0, perceptual, maxSteps },
    }));
  try {
    await assert.rejects(trainRun(config(0.5, 1), "vae", silentHost), {
      name: "TypeError",
      message: /its host must have the network: it has none/,
    });
    await trainRun(config(0.5, 1), "vae", host);
    const records = await readJsonl(`${run}/metrics.jsonl`) as {
      loss?: number;
      reconstruction: number;
      perceptual: number;
    }[];
    const { loss, reconstruction, perceptual } = records.find(({ loss }) =>
      loss !== undefined
    )!;
    assert.ok(perceptual > 0, `${perceptual}`);
    assert.ok(loss! > reconstruction + 0.49 * perceptual, `${loss}`);
    await assert.rejects(trainRun(config(0, 1), "vae", host), {
      name: "InputError",
      message: /perceptual/,
    });
  } finally {
    await Deno.remove(run, { recursive: true });
  }
});

Deno.test("stage vae reports its term of frame differences, and a run keeps to one", async () => {
  const run = await Deno.makeTempDir();
  const config = (temporal: number) =>
    runConfigOf(trainFlags.parse({
      ...{ preset: "tiny", run, size: 16, frames: 4, batch: 2, samples: 4 },
      ...{ epochs: 1, heldOut: 5, snapshots: 0, temporal, maxSteps: 1 },
    }));
  try {
    await trainRun(config(2), "vae", silentHost);
    const records = await readJsonl(`${run}/metrics.jsonl`) as {
      loss?: number;
      reconstruction: number;
      temporal: number;
    }[];
    const { loss, reconstruction, temporal } = records.find(({ loss }) =>
      loss !== undefined
    )!;
    assert.ok(temporal > 0, `${temporal}`);
    assert.ok(loss! > reconstruction + 1.99 * temporal, `${loss}`);
    await assert.rejects(trainRun(config(0), "vae", silentHost), {
      name: "InputError",
      message: /temporal/,
    });
  } finally {
    await Deno.remove(run, { recursive: true });
  }
});

Deno.test("stage vae refuses frame differences without frames or without its own loss", async () => {
  const given = runConfigOf(trainFlags.parse({
    ...{ preset: "tiny", run: "runs/none", size: 16, temporal: 1 },
  }));
  const still = { ...given.plans.vae, frames: 1 };
  await assert.rejects(
    trainRun(
      { ...given, plans: { ...given.plans, vae: still } },
      "vae",
      silentHost,
    ),
    {
      name: "InputError",
      message:
        "Cannot use --temporal 1: it compares consecutive frames: the clips of stage vae have 1; use more --frames, or leave it out",
    },
  );
  const own = { part: { name: "own" }, own: {} } as never;
  await assert.rejects(
    trainRun(
      { ...given, models: { ...given.models, vae: own } },
      "vae",
      silentHost,
    ),
    {
      name: "InputError",
      message:
        "Cannot use --temporal 1: it is a term of the shipped VAE's loss: --model brings a VAE; leave it out",
    },
  );
});

Deno.test("stage vae decodes disturbed latents, and a run keeps to one noise", async () => {
  const run = await Deno.makeTempDir();
  const config = (latentNoise: number, name: string) => {
    const given = runConfigOf(trainFlags.parse({
      ...{ preset: "tiny", run: `${run}/${name}`, size: 16, frames: 4 },
      ...{ batch: 2, samples: 2, epochs: 1, heldOut: 5, snapshots: 0 },
      ...{ latentNoise, maxSteps: 1 },
    }));
    // With a shortcut the first update already decodes more than grey.
    const vae = { ...PRESETS.tiny.vae, shortcut: true as const };
    return { ...given, models: { ...given.models, vae } };
  };
  const errorOf = async (latentNoise: number, name: string) => {
    await trainRun(config(latentNoise, name), "vae", silentHost);
    const records = await readJsonl(`${run}/${name}/metrics.jsonl`) as {
      reconstruction?: number;
    }[];
    return records.find((record) => record.reconstruction)!.reconstruction!;
  };
  try {
    const exact = await errorOf(0, "exact");
    const noisy = await errorOf(1, "noisy");
    assert.ok(noisy > 1.5 * exact, `${noisy} ${exact}`);
    await assert.rejects(trainRun(config(2, "noisy"), "vae", silentHost), {
      name: "InputError",
      message: /latentNoise/,
    });
  } finally {
    await Deno.remove(run, { recursive: true });
  }
});
