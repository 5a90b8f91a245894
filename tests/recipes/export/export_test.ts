import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { openDevice } from "lib/compiler/mod.ts";
import {
  float32,
  isNdArray,
  leavesOf,
  mapTree,
  type NdArray,
  Rng,
  treeFrom,
} from "lib/core/mod.ts";
import { decodeOnnx } from "lib/formats/onnx/mod.ts";
import { readSafetensors } from "lib/formats/safetensors/mod.ts";
import {
  backbone,
  backboneConfigSchema,
  tokenPositions,
} from "lib/models/backbone/mod.ts";
import {
  encodeText,
  textConfigSchema,
  tokenisePrompts,
} from "lib/models/text/mod.ts";
import { decode, encode, vaeConfigSchema } from "lib/models/vae/mod.ts";
import { exportModels, freshModels } from "lib/recipes/export/export.ts";
import {
  initModels,
  type ModelParameters,
} from "lib/models/text_to_video/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { assertClose, eagerly, random } from "../../models/_eager.ts";
import { runOnnx } from "./_onnx_run.ts";

// The runtime's library stays for the life of the process: opened before the
// first test, which would otherwise be told that it leaks.
await openDevice("cpu", { threads: 1 });

const config = PRESETS.tiny;
const Z = config.vae.latentChannels;
const clip = { frames: 8, height: 16, width: 32 };
const FPS = 12;

/** Models of which no part is silent, with statistics that do something. */
const parameters = mapTree(
  initModels(config, new Rng(1)),
  isNdArray,
  (array, path) => {
    const noise = random(path, array.shape).data;
    return float32(array.shape, array.data.map((v, i) => v + 0.05 * noise[i]!));
  },
) as ModelParameters;
const statistics = {
  mean: random("mean", [Z]),
  std: float32([Z], random("std", [Z]).data.map(Math.exp)),
};
const { vae, ...diffusion } = parameters;
const models = { config, vae, diffusion, statistics };
const source = { trained: false };

async function exported(): Promise<string> {
  const folder = await Deno.makeTempDir();
  await exportModels({ models, source, folder, clip, batch: 2 });
  return folder;
}

const folder = await exported();
const prompts = tokenisePrompts(["a red cat", "赤い猫"], config.text);
const { words, wordMask, ...rows } = prompts;
const { queries, outputWidth } = config.text;

Deno.test("text_encoder.onnx gives the numbers of the eager encoder", async () => {
  const eager = eagerly(
    { p: parameters.text, prompts },
    ({ p, prompts }) => ({ ...encodeText(p, prompts, config.text) }),
  );
  const found = await runOnnx(`${folder}/text_encoder.onnx`, { ...rows }, {
    "text/tokens": [2, queries, outputWidth],
    "text/mask": [2, queries],
  });
  assertClose(found["text/tokens"]!, eager.tokens, 1e-4);
  assertClose(found["text/mask"]!, eager.mask, 0);
});

Deno.test("backbone.onnx gives the numbers of the eager backbone, at any frame rate", async () => {
  const latent = random("latent", [2, 2, 1, 2, Z]);
  const sigma = float32([2], [0.2, 0.9]);
  const tokens = random("tokens", [2, queries, outputWidth]);
  const mask = float32([2, queries], new Array(2 * queries).fill(1));
  const outputs: NdArray[] = [];
  for (const fps of [FPS, 30]) {
    const positions = tokenPositions(
      { frames: 2, height: 1, width: 2 },
      { space: 16, time: 4 },
      fps,
      config.backbone.width / config.backbone.heads,
    );
    const eager = eagerly(
      {
        p: parameters.backbone,
        inputs: {
          latent,
          sigma,
          text: { tokens, mask },
          words: { ids: words, mask: wordMask },
          positions,
        },
      },
      ({ p, inputs }) => backbone(p, inputs, config.backbone),
    );
    const { velocity } = await runOnnx(`${folder}/backbone.onnx`, {
      latent,
      sigma,
      "text/tokens": tokens,
      "text/mask": mask,
      "words/ids": words,
      "words/mask": wordMask,
      fps: float32([1], [fps]),
    }, { velocity: latent.shape });
    assertClose(velocity!, eager, 1e-4);
    outputs.push(eager);
  }
  assert.notDeepEqual(outputs[0]!.data, outputs[1]!.data);
});

Deno.test("vae_decoder.onnx takes latents of variance one and gives the eager clip", async () => {
  const latent = random("latent", [2, 2, 1, 2, Z]);
  const eager = eagerly(
    { p: parameters.vae, latent, ...statistics },
    ({ p, latent, mean, std }) =>
      decode(p, tf.add(tf.mul(latent, std), mean), config.vae),
  );
  const { clip } = await runOnnx(`${folder}/vae_decoder.onnx`, { latent }, {
    clip: [2, 8, 16, 32, 3],
  });
  assertClose(clip!, eager, 1e-4);
});

Deno.test("vae_encoder.onnx gives the eager means, of variance one", async () => {
  const pixels = random("clip", [2, 8, 16, 32, 3]);
  const eager = eagerly(
    { p: parameters.vae, pixels, ...statistics },
    ({ p, pixels, mean, std }) =>
      tf.div(tf.sub(encode(p, pixels, config.vae).mean, mean), std),
  );
  const { latent } = await runOnnx(`${folder}/vae_encoder.onnx`, {
    clip: pixels,
  }, { latent: [2, 2, 1, 2, Z] });
  assertClose(latent!, eager, 1e-4);
});

Deno.test("weights have the same names in runs, safetensors and ONNX", async () => {
  const inRuns = new Set([
    ...leavesOf({ parameters: vae, statistics }, isNdArray),
    ...leavesOf(diffusion, isNdArray),
  ].map(([name]) => name));
  for (
    const name of ["vae_encoder", "vae_decoder", "text_encoder", "backbone"]
  ) {
    const { shapes, inputs, outputs } = decodeOnnx(
      await Deno.readFile(`${folder}/${name}.onnx`),
    );
    const weights = [...shapes.keys()].filter((name) =>
      /^\w.*\//.test(name) && !inputs.includes(name) && !outputs.includes(name)
    );
    assert.ok(weights.length > 5, name);
    for (const weight of weights) assert.ok(inRuns.has(weight), weight);
  }
});

Deno.test("safetensors files hold every parameter, and the configuration", async () => {
  const wanted = {
    vae: { parameters: parameters.vae, statistics },
    text_encoder: { text: parameters.text },
    backbone: { backbone: parameters.backbone },
  };
  const configs: Record<string, unknown> = {};
  for (const [name, tree] of Object.entries(wanted)) {
    const { metadata, tensors } = await readSafetensors(
      `${folder}/${name}.safetensors`,
    );
    assert.deepEqual(treeFrom(tensors), treeFrom(leavesOf(tree, isNdArray)));
    assert.equal(metadata.format, "aiprod-2");
    assert.deepEqual(JSON.parse(metadata.source!), { trained: false });
    configs[metadata.kind!] = JSON.parse(metadata.config!);
  }
  assert.deepEqual(vaeConfigSchema.parse(configs.VideoVAE), config.vae);
  assert.deepEqual(
    textConfigSchema.parse(configs.MultilingualTextEncoder),
    config.text,
  );
  const { latentChannels, wordRows, textWidth, ...own } = configs
    .HybridBackbone as Record<string, unknown>;
  assert.deepEqual(backboneConfigSchema.parse(own), config.backbone);
  assert.deepEqual([latentChannels, wordRows, textWidth], [Z, 128, 48]);
});

Deno.test("exportModels() of a wrong size names the nearest legal one and leaves nothing", async () => {
  const folder = await Deno.makeTempDir();
  await assert.rejects(
    () =>
      exportModels({
        models,
        source,
        folder,
        clip: { ...clip, frames: 6 },
        batch: 1,
      }),
    {
      name: "InputError",
      message: "Cannot encode a clip: frames must be a multiple of 4: " +
        "current value is 6; the nearest legal values are 4 and 8",
    },
  );
  assert.deepEqual([...Deno.readDirSync(folder)], []);
});

Deno.test("freshModels() are those of the preset and the seed", () => {
  const { vae, diffusion, statistics } = freshModels(config, 7);
  assert.deepEqual({ vae, ...diffusion }, initModels(config, new Rng(7)));
  assert.ok(statistics.mean.data.every((value) => value === 0));
  assert.ok(statistics.std.data.every((value) => value === 1));
});
