import assert from "node:assert/strict";
import { isNdArray, leavesOf, type NdArray } from "lib/core/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { runConfigOf, trainFlags } from "lib/recipes/train/mod.ts";
import { trainRun } from "lib/trainer/mod.ts";
import { latentSpaceOf, loadVae } from "lib/pipeline/mod.ts";
import { writeTinyVae } from "../_tiny_vae.ts";
import { silentHost } from "../_silent_host.ts";

function numbers(tree: unknown): [string, number[]][] {
  return leavesOf<NdArray>(tree, isNdArray)
    .map(([path, { data }]) => [path, Array.from(data)]);
}

Deno.test("--freeze-encoder trains the decoder and keeps latents bit for bit", async () => {
  const run = await Deno.makeTempDir();
  try {
    const { vae: config } = PRESETS.tiny;
    const path = `${run}/before.safetensors`;
    await writeTinyVae(path);
    const before = await loadVae(path, config);
    const options = runConfigOf(trainFlags.parse({
      ...{ preset: "tiny", run: `${run}/decoder`, freezeEncoder: path },
      ...{ batch: 2, samples: 8, epochs: 1, heldOut: 2 },
    }));
    await trainRun(options, "vae", silentHost);
    const after = await loadVae(`${run}/decoder/vae.safetensors`, config);

    const { encoder, decoder } = after.tensors.parameters;
    const old = before.tensors.parameters;
    assert.deepEqual(numbers(encoder), numbers(old.encoder));
    assert.deepEqual(
      numbers(after.tensors.statistics),
      numbers(before.tensors.statistics),
    );
    for (const [i, [name, found]] of numbers(decoder).entries()) {
      assert.notDeepEqual(found, numbers(old.decoder)[i]![1], name);
    }
    assert.equal(latentSpaceOf(after), before.digest);
    assert.notEqual(after.digest, before.digest);

    // The decoder of that one again: the latents are those of the first still.
    await trainRun(
      {
        ...options,
        run: `${run}/again`,
        freezeEncoder: `${run}/decoder/vae.safetensors`,
      },
      "vae",
      silentHost,
    );
    const again = await loadVae(`${run}/again/vae.safetensors`, config);
    assert.equal(latentSpaceOf(again), before.digest);
  } finally {
    await Deno.remove(run, { recursive: true });
  }
});

Deno.test("--freeze-encoder names a missing file before the run folder is created", async () => {
  const run = await Deno.makeTempDir();
  try {
    const options = runConfigOf(trainFlags.parse({
      ...{ preset: "tiny", run: `${run}/decoder` },
      ...{ freezeEncoder: `${run}/none.safetensors` },
    }));
    await assert.rejects(
      trainRun(options, "vae", silentHost),
      /none\.safetensors/,
    );
    await assert.rejects(Deno.stat(`${run}/decoder`), Deno.errors.NotFound);
  } finally {
    await Deno.remove(run, { recursive: true });
  }
});
