import assert from "node:assert/strict";
import { float32, Rng } from "lib/core/mod.ts";
import {
  repaint,
  sampleFlow,
  sigmaSchedule,
  type Velocity,
} from "lib/models/diffusion/mod.ts";

Deno.test("repaint() draws data of the spread that the flow leads to", async () => {
  // Data is normal with std 2: the flow to it is known.
  const velocity: Velocity = ({ shape, data }, sigma) => {
    const variance = 4 * (1 - sigma) ** 2 + sigma ** 2;
    const slope = (sigma - 4 * (1 - sigma)) / variance;
    return Promise.resolve(float32(shape, data.map((x) => slope * x)));
  };
  const { data } = await sampleFlow({
    velocity,
    noise: new Rng(1).normals([1, 4000]),
    sigmas: sigmaSchedule(100),
    solver: () => repaint(2),
  });
  const spread = Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / 4000);
  assert.ok(spread > 1.9 && spread < 2.1, `${spread}`);
});

Deno.test("repaint() takes steps four times between sigma 1 and 0.3, and once elsewhere", async () => {
  const seen: number[] = [];
  await sampleFlow({
    velocity(latent, sigma) {
      seen.push(sigma);
      return Promise.resolve(latent);
    },
    noise: float32([1, 1], [1]),
    sigmas: [1, 0.5, 0.25, 0],
    solver: () => repaint(2),
  });
  assert.deepEqual(seen, [1, 0.5, 0.5, 0.5, 0.5, 0.25]);
});
