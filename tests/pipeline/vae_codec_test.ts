import assert from "node:assert/strict";
import { decode, encode, type VaeParameters } from "lib/models/vae/mod.ts";
import {
  CHANNELS,
  type Clip,
  float32,
  isNdArray,
  mapTree,
  type NdArray,
  unstackArrays,
} from "lib/core/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { demoScene, renderScene } from "lib/dataset/synthetic/mod.ts";
import {
  type CodecOptions,
  openCodec,
  readTrainedModels,
  SHIPPED,
} from "lib/pipeline/mod.ts";
import { assertClose, eagerly, random } from "../models/_eager.ts";
import { device, tinyVae } from "../trainer/_tiny_models.ts";

const config = PRESETS.tiny.vae;
const { initial, batchAt } = tinyVae();
/** Of which no part is silent, so that each tile's border counts. */
const vae = mapTree(initial, isNdArray, (array, path) => {
  const noise = random(path, array.shape).data;
  return float32(array.shape, array.data.map((v, i) => v + 0.05 * noise[i]!));
}) as VaeParameters;

Deno.test("a codec codes clips as the eager VAE does, and back", async () => {
  const { clips } = batchAt(0);
  const clip = {
    frames: 8,
    height: 16,
    width: 16,
    fps: 24,
    data: clips.data as Float32Array<ArrayBuffer>,
  };
  using codec = await openCodec(device, vae, config);
  const latents = await codec.encode([clip]);
  const mean = eagerly(
    { vae, clips },
    ({ vae, clips }) => encode(vae, clips, config).mean,
  );
  assertClose(latents, mean, 1e-4);
  const latent = random("latent", [2, 2, 1, 1, config.latentChannels]);
  const decoded = await codec.decode(latent, 24);
  const wanted = eagerly(
    { vae, latent },
    ({ vae, latent }) => decode(vae, latent, config),
  );
  assert.equal(decoded.length, 2);
  const half = wanted.data.length / 2;
  for (const [i, { data, ...sizes }] of decoded.entries()) {
    assert.deepEqual(sizes, { frames: 8, height: 16, width: 16, fps: 24 });
    const values = wanted.data.slice(i * half, (i + 1) * half)
      .map((x) => Math.min(1, Math.max(0, x)));
    assertClose({ shape: [half], data }, { shape: [half], data: values }, 1e-4);
  }
});

async function decoded(
  latents: NdArray<"float32">,
  options?: CodecOptions,
): Promise<Float32Array[]> {
  using codec = await openCodec(device, vae, config, options);
  return (await codec.decode(latents, 24)).map(({ data }) => data);
}

Deno.test("a codec takes tiles for what needs more memory than it may take", async () => {
  const latents = random("wide", [2, 1, 1, 20, config.latentChannels]);
  const whole = await decoded(latents);
  assert.deepEqual(await decoded(latents, { vaeMemory: Infinity }), whole);
  const tiled = await decoded(latents, { vaeMemory: 1 });
  assert.notDeepEqual(tiled, whole);
  for (const [i, data] of tiled.entries()) {
    assertClose(
      { shape: [data.length], data },
      { shape: [data.length], data: whole[i]! },
      0.05,
    );
  }
});

Deno.test("a codec splits a batch before it cuts a clip", async () => {
  const latents = random("batch", [4, 1, 1, 20, config.latentChannels]);
  const [first] = unstackArrays(latents);
  const one = await decoded({ ...first!, shape: [1, ...first!.shape] });
  // Enough for one clip, not for four; tiles would change the clip.
  const all = await decoded(latents, { vaeMemory: 3e6 });
  assert.equal(all.length, 4);
  assert.deepEqual(all[0], one[0]);
  const [cut] = await decoded(latents, { vaeMemory: 1e6 });
  assert.notDeepEqual(cut, one[0]);
});

Deno.test("a codec takes tiles where less memory is free than it may take", async () => {
  const latents = random("wide", [1, 1, 1, 20, config.latentChannels]);
  const small = new Proxy(device, {
    get: (target, name) =>
      name === "freeBytes" ? () => 3e5 : Reflect.get(target, name, target),
  });
  using codec = await openCodec(small, vae, config);
  const [clip] = await codec.decode(latents, 24);
  assert.deepEqual([clip!.data], await decoded(latents, { vaeMemory: 3e5 }));
  assert.notDeepEqual([clip!.data], await decoded(latents));
});

/** Decibels of two clips over the pixels for which a place counts. */
function psnrWhere(
  a: Clip,
  b: Clip,
  counts: (frame: number, column: number) => boolean,
): number {
  let [squares, count] = [0, 0];
  for (let i = 0; i < a.data.length; i++) {
    const pixel = Math.floor(i / CHANNELS);
    const frame = Math.floor(pixel / (a.width * a.height));
    if (!counts(frame, pixel % a.width)) continue;
    squares += (a.data[i]! - b.data[i]!) ** 2;
    count++;
  }
  return 10 * Math.log10(count / squares);
}

Deno.test("tiles of the shipped VAE leave no seam in space or time", async () => {
  const { vae, config } = await readTrainedModels(SHIPPED);
  const clip = await renderScene(demoScene, {
    ...{ frames: 48, height: 64, width: 192, fps: 8 },
  });
  using whole = await openCodec(device, vae, config.vae);
  // Tiles of 8 cells each way: 32 frames, and 128 columns.
  using tiled = await openCodec(device, vae, config.vae, { vaeMemory: 1 });
  const latents = await whole.encode([clip]);
  const [wanted] = await whole.decode(latents, clip.fps);
  const [ofTiles] = await tiled.decode(latents, clip.fps);
  const [ofTiledLatents] = await whole.decode(
    await tiled.encode([clip]),
    clip.fps,
  );
  for (const found of [ofTiles!, ofTiledLatents!]) {
    assert.notDeepEqual(found, wanted);
    // Overlaps are 64 to 128 of 192 columns, and 16 to 32 of 48 frames.
    const columns = psnrWhere(found, wanted!, (_, x) => x >= 64 && x < 128);
    const frames = psnrWhere(found, wanted!, (t) => t >= 16 && t < 32);
    const away = psnrWhere(
      found,
      wanted!,
      (t, x) => (t < 16 || t >= 32) && (x < 64 || x >= 128),
    );
    for (const decibels of [columns, frames, away]) {
      assert.ok(decibels > 50, `${columns}, ${frames}, ${away} dB`);
    }
  }
});
