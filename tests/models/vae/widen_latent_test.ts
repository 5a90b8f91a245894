import assert from "node:assert/strict";
import { isNdArray, mapTree, type NdArray, Rng } from "lib/core/mod.ts";
import {
  decode,
  encode,
  initVae,
  type VaeConfig,
  type VaeParameters,
  widenLatent,
} from "lib/models/vae/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { assertClose, eagerly, random } from "../_eager.ts";

const config = PRESETS.tiny.vae;
const Z = config.latentChannels;
const wide = { ...config, latentChannels: Z + 4 };
const vae = initVae(config, new Rng(3));
const wider = widenLatent(vae, wide, new Rng(4));
const clips = random("clips", [1, 4, 16, 32, 3]);

/** The first or the last channels of each cell. */
function channels(array: NdArray, from: number, to: number): NdArray {
  const Z = array.shape.at(-1)!;
  const data = array.data as Float32Array<ArrayBuffer>;
  return {
    dtype: "float32",
    shape: [...array.shape.slice(0, -1), to - from],
    data: data.filter((_, i) => i % Z >= from && i % Z < to),
  };
}

Deno.test("a widened VAE keeps its old channels and fills the new ones", () => {
  const before = eagerly(
    { vae, clips },
    ({ vae, clips }) => ({ ...encode(vae, clips, config) }),
  );
  const after = eagerly(
    { wider, clips },
    ({ wider, clips }) => ({ ...encode(wider, clips, wide) }),
  );
  for (const name of ["mean", "logVariance"] as const) {
    assertClose(channels(after[name], 0, Z), before[name], 1e-6);
    const added = channels(after[name], Z, Z + 4);
    assert.ok(added.data.every((x) => x !== 0), name);
  }
});

Deno.test("a widened VAE decodes as before, whatever the new channels hold", () => {
  const latents = random("latents", [1, 2, 1, 2, Z + 4]);
  const before = eagerly(
    { vae, latents: channels(latents, 0, Z) },
    ({ vae, latents }) => decode(vae, latents, config),
  );
  const after = eagerly(
    { wider, latents },
    ({ wider, latents }) => decode(wider, latents, wide),
  );
  assertClose(after, before, 1e-6);
});

Deno.test("a VAE with shortcuts is widened with them", () => {
  const [before, after] = [config, wide].map((config) => ({
    ...config,
    shortcut: true as const,
  })) as [VaeConfig, VaeConfig];
  const vae = mapTree(
    initVae(before, new Rng(3)),
    isNdArray,
    (array, path) => random(path, array.shape),
  ) as VaeParameters;
  const wider = widenLatent(vae, after, new Rng(4));
  const roundTrip = (parameters: VaeParameters, config: VaeConfig) =>
    eagerly({ parameters, clips }, ({ parameters, clips }) => {
      const { mean } = encode(parameters, clips, config);
      return { mean, clips: decode(parameters, mean, config) };
    });
  const [narrow, broad] = [roundTrip(vae, before), roundTrip(wider, after)];
  assertClose(channels(broad.mean, 0, Z), narrow.mean, 1e-3);
  assert.ok(channels(broad.mean, Z, Z + 4).data.every((x) => x !== 0));
  assertClose(broad.clips, narrow.clips, 1e-2);
});
