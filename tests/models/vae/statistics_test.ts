import assert from "node:assert/strict";
import { float32 } from "lib/core/mod.ts";
import {
  denormaliseLatent,
  latentStatistics,
  normaliseLatent,
} from "lib/models/vae/mod.ts";
import { assertClose, random } from "../_eager.ts";

Deno.test("latentStatistics() gives a mean for each channel and one std", () => {
  // Channel 0: 1, 3, 5, 7; channel 1: 10, 10, 20, 20.
  const { mean, std } = latentStatistics([
    float32([2, 2], [1, 10, 3, 10]),
    float32([1, 2, 2], [5, 20, 7, 20]),
  ]);
  assert.deepEqual([...mean.data], [4, 15]);
  // Variances 5 and 25.
  const both = Math.sqrt(15);
  assertClose(std, { shape: [2], data: [both, both] }, 1e-6);
});

Deno.test("latentStatistics() leaves dead latents their size", () => {
  const { mean, std } = latentStatistics([float32([3, 1], [2, 2, 2])]);
  assert.deepEqual([mean.data[0], std.data[0]], [2, 1]);
});

Deno.test("normalised latents have mean 0 and overall variance 1, and are restored", () => {
  const latent = float32(
    [2, 3, 4, 5],
    random("latent", [2, 3, 4, 5]).data.map((x, i) => x * (1 + i % 5) - i % 5),
  );
  const statistics = latentStatistics([latent]);
  const normalised = normaliseLatent(latent, statistics);
  const again = latentStatistics([normalised]);
  assertClose(again.mean, { shape: [5], data: [0, 0, 0, 0, 0] }, 1e-6);
  assertClose(again.std, { shape: [5], data: [1, 1, 1, 1, 1] }, 1e-6);
  const energyOf = (channel: number): number =>
    normalised.data.reduce(
      (sum, x, i) => i % 5 === channel ? sum + x ** 2 : sum,
      0,
    );
  assert.ok(energyOf(4) > 10 * energyOf(0));
  assertClose(denormaliseLatent(normalised, statistics), latent, 1e-5);
});
