import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import "lib/compiler/eager.ts";
import { Rng } from "lib/core/mod.ts";
import { tensorsOf } from "lib/compiler/mod.ts";
import {
  initLtxVae,
  LTX_VAE,
  ltxVaeConfigSchema,
} from "lib/models/ltx_vae/mod.ts";
import type { OwnVae } from "lib/models/text_to_video/mod.ts";
import { readVae } from "lib/pipeline/mod.ts";
import { importWeights } from "lib/recipes/import_weights/import_weights.ts";
import { importFlags } from "lib/recipes/import_weights/options.ts";
import { trainFlags } from "lib/recipes/train/options.ts";
import { runOf } from "lib/recipes/train/train_config.ts";

const SOURCE = "tests/models/ltx_vae";
const config = ltxVaeConfigSchema.parse(
  JSON.parse(await Deno.readTextFile(`${SOURCE}/config.json`)),
);

Deno.test("--vae ltx:FILE puts the imported VAE into the models of a run", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/ltx.safetensors`;
    await importWeights(importFlags.parse({
      ...{
        file: [`${SOURCE}/weights.safetensors`],
        model: "ltx-vae",
        out: file,
      },
    }));
    const run = await runOf(
      trainFlags.parse({ preset: "tiny", vae: `ltx:${file}`, run: folder }),
    );
    assert.equal(run.vae, file);
    const vae = run.models.vae as OwnVae;
    assert.deepEqual([vae.latentChannels, vae.stride], [
      6,
      { space: 8, time: 4 },
    ]);
    assert.deepEqual(vae.own, config);
    // Weights name the module of the VAE, so that others find it.
    const read = (await readVae(file)).config as OwnVae;
    assert.deepEqual(read.own, config);

    await assert.rejects(
      runOf(trainFlags.parse({
        ...{ preset: "tiny", vae: `ltx:${file}`, run: folder, model: "a.ts" },
      })),
      /Cannot use --vae ltx: together with --model "a.ts"/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("--vae ltx: refuses another VAE", async () => {
  const vae = "checkpoints/nano/vae.safetensors";
  await assert.rejects(
    runOf(trainFlags.parse({ preset: "tiny", vae: `ltx:${vae}`, run: "r" })),
    {
      name: "InputError",
      message: `Cannot use --vae "ltx:${vae}": it must be what deno task ` +
        "import-weights --model ltx-vae wrote: it is another VAE; leave out ltx:",
    },
  );
});

Deno.test("clips of whole latent frames lose the frames before the first, which stand still", () => {
  tf.engine().startScope();
  try {
    const parameters = tensorsOf(initLtxVae(config, new Rng(1)));
    const clips = tf.randomUniform([1, 8, 16, 16, 3], 0, 1, "float32", 1);
    const { mean } = LTX_VAE.encode(parameters, clips, config);
    assert.deepEqual(mean.shape, [1, 2, 2, 2, 6]);
    const decoded = LTX_VAE.decode(parameters, mean, config);
    assert.deepEqual(decoded.shape, [1, 8, 16, 16, 3]);
    const frame = (at: number): number[] => [
      ...tf.slice(decoded, [0, at, 0, 0, 0], [1, 1, -1, -1, -1]).dataSync(),
    ];
    assert.deepEqual(frame(0), frame(3));
    assert.notDeepEqual(frame(3), frame(4));
  } finally {
    tf.engine().endScope();
  }
});
