import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { jit } from "lib/compiler/mod.ts";
import { float32, isNdArray, leavesOf, type NdArray } from "lib/core/mod.ts";
import { readSafetensors } from "lib/formats/safetensors/mod.ts";
import {
  initLtxVae,
  ltxDecode,
  ltxEncode,
  ltxStride,
  ltxVaeConfigSchema,
  type LtxVaeParameters,
} from "lib/models/ltx_vae/mod.ts";
import { metaInit, type Tensors } from "lib/models/layers/mod.ts";
import { readVae } from "lib/pipeline/mod.ts";
import { importWeights } from "lib/recipes/import_weights/import_weights.ts";
import { importFlags } from "lib/recipes/import_weights/options.ts";
import { device } from "../_device.ts";
import { assertClose } from "../_eager.ts";

const FOLDER = "tests/models/ltx_vae";

const config = ltxVaeConfigSchema.parse(
  JSON.parse(await Deno.readTextFile(`${FOLDER}/config.json`)),
);

/** What PyTorch computed from random weights, `[B,C,T,H,W]`, pixels in [-1,1]. */
const { tensors: cases } = await readSafetensors(`${FOLDER}/cases.safetensors`);

/** `[B,C,T,H,W] -> [B,T,H,W,C]`. */
function channelsLast(name: string): NdArray<"float32"> {
  const { shape, data } = cases.get(name) as NdArray<"float32">;
  const [B, C, ...sides] = shape as [number, number, ...number[]];
  const cells = sides.reduce((product, side) => product * side, 1);
  const turned = new Float32Array(data.length);
  for (let b = 0; b < B; b++) {
    for (let c = 0; c < C; c++) {
      for (let i = 0; i < cells; i++) {
        turned[(b * cells + i) * C + c] = data[(b * C + c) * cells + i]!;
      }
    }
  }
  return float32([B, ...sides, C], turned);
}

/** The same weights, imported by the command's mapping. */
async function imported() {
  const folder = await Deno.makeTempDir();
  const out = `${folder}/ltx.safetensors`;
  try {
    await importWeights(importFlags.parse({
      ...{ file: [`${FOLDER}/weights.safetensors`], model: "ltx-vae", out },
    }));
    const { tensors, config: own } = await readVae(out);
    assert.deepEqual((own as { own: unknown }).own, config);
    return {
      parameters: tensors.parameters as unknown as LtxVaeParameters,
      statistics: tensors.statistics,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the VAE of LTX-Video encodes and decodes as PyTorch does, to 1e-4", async () => {
  const { parameters } = await imported();
  const pixels = channelsLast("clip");
  const clip = float32(pixels.shape, pixels.data.map((x) => (x + 1) / 2));
  using encoder = jit(
    ({ p, x }: { p: Tensors<LtxVaeParameters>; x: tf.Tensor }) => ({
      ...ltxEncode(p, x, config),
    }),
    { device, name: "LTX encoder" },
  );
  const { mean, logVariance } = await encoder.run({ p: parameters, x: clip });
  const encoded = channelsLast("encoded");
  const Z = config.latentChannels;
  assert.deepEqual(encoded.shape, [2, 3, 2, 3, Z + 1]);
  const channel = (from: number, count: number): NdArray<"float32"> =>
    float32(
      [2, 3, 2, 3, count],
      encoded.data.filter((_, i) =>
        i % (Z + 1) >= from && i % (Z + 1) < from + count
      ),
    );
  assertClose(mean as NdArray, channel(0, Z), 1e-4);
  const first = (logVariance as NdArray).data.filter((_, i) => i % Z === 0);
  assertClose(
    float32([2, 3, 2, 3, 1], Float32Array.from(first)),
    channel(Z, 1),
    1e-4,
  );

  using decoder = jit(
    ({ p, x }: { p: Tensors<LtxVaeParameters>; x: tf.Tensor }) => ({
      y: tf.sub(tf.mul(ltxDecode(p, x, config), 2), 1),
    }),
    { device, name: "LTX decoder" },
  );
  const { y } = await decoder.run({ p: parameters, x: channelsLast("latent") });
  assertClose(y as NdArray, channelsLast("decoded"), 1e-4);
});

Deno.test("statistics of the latents are imported with the weights", async () => {
  const { statistics } = await imported();
  const { tensors } = await readSafetensors(`${FOLDER}/weights.safetensors`);
  assert.deepEqual(statistics.mean.data, tensors.get("latents_mean")!.data);
  assert.deepEqual(statistics.std.data, tensors.get("latents_std")!.data);
});

Deno.test("the public configuration of LTX-Video has 32 pixels and 8 frames a cell", () => {
  const published = ltxVaeConfigSchema.parse({});
  assert.deepEqual(ltxStride(published), { space: 32, time: 8 });
  const numbers = leavesOf(initLtxVae(published, metaInit()), isNdArray)
    .reduce((sum, [, { shape }]) => sum + shape.reduce((a, b) => a * b, 1), 0);
  // 1.68 GB of the public file in float32.
  assert.ok(numbers > 4e8 && numbers < 4.4e8, String(numbers));
});

Deno.test("configurations of later LTX VAEs are refused with the field", () => {
  const problem = (fields: object): string | undefined =>
    ltxVaeConfigSchema.safeParse(fields).error?.issues[0]?.message;
  assert.match(
    problem({ timestep_conditioning: true })!,
    /must be false: decoders that remove noise/,
  );
  assert.match(
    problem({ decoder_inject_noise: [true, false] })!,
    /must be false: noise inside of the decoder/,
  );
  assert.match(problem({ layers_per_block: [1, 1] })!, /one for the middle/);
});
