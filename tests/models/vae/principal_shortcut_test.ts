import assert from "node:assert/strict";
import { float32, Rng } from "lib/core/mod.ts";
import {
  decode,
  encode,
  initVae,
  withPrincipalShortcut,
} from "lib/models/vae/mod.ts";
import { PRESETS } from "lib/recipes/presets.ts";
import { assertClose, distance, eagerly, random } from "../_eager.ts";

const config = {
  ...PRESETS.tiny.vae,
  latentChannels: 4,
  shortcut: true,
} as const;
const P = 4 * 16 * 16 * 3;
/** Rows of one, each over a quarter of the values of a cell, of length 1. */
const quarters = float32(
  [4, P],
  Array.from(
    { length: 4 * P },
    (_, i) =>
      Math.floor(4 * (i % P) / P) === Math.floor(i / P) ? 2 / Math.sqrt(P) : 0,
  ),
);
const blocks = {
  mean: float32([P], new Float32Array(P).fill(0.25)),
  directions: quarters,
  variances: float32([4], [8, 4, 2, 1]),
};
const vae = withPrincipalShortcut(initVae(config, new Rng(3)), blocks);

Deno.test("a VAE with principal components codes what lies in them before any training", () => {
  // One shade for each quarter of a cell: a frame each, for a cell has four.
  const shades = [0.1, 0.9, 0.4, 0.6];
  const clip = float32(
    [1, 4, 16, 16, 3],
    Array.from({ length: P }, (_, i) => shades[Math.floor(4 * i / P)]!),
  );
  const { mean, logVariance } = eagerly(
    { vae, clip },
    ({ vae, clip }) => ({ ...encode(vae, clip, config) }),
  );
  // Components over the root of the mean of their variances.
  const expected = shades.map((shade) =>
    (2 * shade - 1 - 0.25) * Math.sqrt(P) / 2 /
    Math.sqrt(15 / 4)
  );
  assertClose(mean, float32([1, 1, 1, 1, 4], expected), 1e-4);
  assert.ok(logVariance.data.every((x) => x === -10));
  const decoded = eagerly(
    { vae, mean },
    ({ vae, mean }) => decode(vae, mean, config),
  );
  assertClose(decoded, clip, 1e-5);
});

Deno.test("a VAE with shortcuts begins as the shortcuts alone, and trains its convolutions", () => {
  const fresh = initVae(config, new Rng(3));
  const clips = random("clips", [1, 4, 16, 32, 3]);
  const { mean } = eagerly(
    { fresh, clips },
    ({ fresh, clips }) => ({ ...encode(fresh, clips, config) }),
  );
  // The latent of a cell depends on its own pixels alone.
  const other = float32(clips.shape, clips.data);
  for (let row = 0; row < 64; row++) {
    other.data.fill(0.5, row * 96, row * 96 + 48); // the left cell
  }
  const changed = eagerly(
    { fresh, other },
    ({ fresh, other }) => ({ ...encode(fresh, other, config) }),
  );
  const right = (y: typeof mean) => float32([4], y.data.subarray(4));
  assert.equal(distance(right(changed.mean), right(mean)), 0);
  assert.ok(distance(changed.mean, mean) > 0.01);
  assert.deepEqual(fresh.decoder.shortcut!.weight.shape, [4, P]);
});
