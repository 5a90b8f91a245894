import assert from "node:assert/strict";
import { decode, encode } from "lib/models/vae/mod.ts";
import { type NdArray, unstackArrays } from "lib/core/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { type CodecOptions, openCodec } from "lib/pipeline/mod.ts";
import { assertClose, eagerly, random } from "../models/_eager.ts";
import { device, tinyVae } from "../trainer/_tiny_models.ts";

const config = PRESETS.tiny.vae;
const { initial: vae, batchAt } = tinyVae();

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

const tiles = {
  tile: { frames: 1, height: 1, width: 3 },
  overlap: { frames: 0, height: 0, width: 0 },
};

async function decoded(
  latents: NdArray<"float32">,
  options?: CodecOptions,
): Promise<Float32Array[]> {
  using codec = await openCodec(device, vae, config, options);
  return (await codec.decode(latents, 24)).map(({ data }) => data);
}

Deno.test("a codec takes tiles for clips above its limit of bytes alone", async () => {
  const latents = random("wide", [2, 1, 1, 9, config.latentChannels]);
  const whole = await decoded(latents);
  assert.deepEqual(await decoded(latents, { tiles }), whole);
  assert.deepEqual(
    await decoded(latents, { tiles, tiling: "off", tileAboveBytes: 0 }),
    whole,
  );
  const tiled = await decoded(latents, { tiles, tileAboveBytes: 0 });
  assert.deepEqual(await decoded(latents, { tiles, tiling: "on" }), tiled);
  assert.notDeepEqual(tiled, whole);
});

Deno.test("a codec splits a batch before it cuts a clip", async () => {
  const latents = random("batch", [4, 1, 1, 4, config.latentChannels]);
  const [first] = unstackArrays(latents);
  const one = await decoded({ ...first!, shape: [1, ...first!.shape] });
  // Enough for one clip, not for four; tiles of one cell would change the clip.
  const small = {
    tile: { frames: 1, height: 1, width: 1 },
    overlap: { frames: 0, height: 0, width: 0 },
  };
  const options = { tiles: small, tileAboveBytes: 2.5e5 };
  const all = await decoded(latents, options);
  assert.equal(all.length, 4);
  assert.deepEqual(all[0], one[0]);
  assert.notDeepEqual(
    (await decoded(latents, { ...options, tileAboveBytes: 0 }))[0],
    one[0],
  );
});
