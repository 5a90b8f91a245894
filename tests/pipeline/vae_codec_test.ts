import assert from "node:assert/strict";
import { decode, encode } from "lib/models/vae/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { openCodec } from "lib/pipeline/mod.ts";
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
    assertClose(
      { shape: [half], data },
      { shape: [half], data: wanted.data.subarray(i * half, (i + 1) * half) },
      1e-4,
    );
  }
});
