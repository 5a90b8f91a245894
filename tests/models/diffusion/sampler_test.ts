import assert from "node:assert/strict";
import { float32 } from "lib/core/mod.ts";
import {
  noiseLevels,
  sampleEuler,
  type Velocity,
} from "lib/models/diffusion/mod.ts";

const noise = float32([1, 2], [1, -2]);

Deno.test("sampleEuler() takes Euler's steps along a linear field", async () => {
  // dx/ds = x: a step of -1/n multiplies by 1 - 1/n.
  const velocity: Velocity = (latent) => Promise.resolve(latent);
  for (const steps of [1, 2, 8]) {
    const { shape, data } = await sampleEuler({ velocity, noise, steps });
    const factor = (1 - 1 / steps) ** steps;
    assert.deepEqual(shape, [1, 2]);
    assert.ok(Math.abs(data[0]! - factor) < 1e-6);
    assert.ok(Math.abs(data[1]! + 2 * factor) < 1e-6);
  }
});

Deno.test("sampleEuler() reaches a single point of data exactly, in any number of steps", async () => {
  // The straight line from noise to data 5 has velocity noise - 5.
  const velocity: Velocity = ({ data }, level) =>
    Promise.resolve(float32([1, 2], data.map((x) => (x - 5) / level)));
  for (const steps of [1, 3, 10]) {
    const { data } = await sampleEuler({ velocity, noise, steps });
    for (const value of data) assert.ok(Math.abs(value - 5) < 1e-5);
  }
});

Deno.test("sampleEuler() tells the level of each step and how far it is", async () => {
  const seen: number[] = [];
  const done: number[] = [];
  await sampleEuler({
    velocity: (latent, level) => {
      seen.push(level);
      return Promise.resolve(latent);
    },
    noise,
    steps: 4,
    onStep: (step) => done.push(step),
  });
  assert.deepEqual([seen, done], [[1, 0.75, 0.5, 0.25], [1, 2, 3, 4]]);
  assert.deepEqual([...noise.data], [1, -2]); // what was given stays
});

Deno.test("sampling needs at least one whole step", async () => {
  for (const steps of [0, -1, 1.5, NaN]) {
    const error = {
      name: "RangeError",
      message: `Cannot sample: steps must be a whole number of at least 1: ` +
        `current value is ${steps}`,
    };
    assert.throws(() => noiseLevels(steps), error);
    const velocity: Velocity = (latent) => Promise.resolve(latent);
    await assert.rejects(() => sampleEuler({ velocity, noise, steps }), error);
  }
});

Deno.test("noiseLevels() goes from exactly 1 to exactly 0", () => {
  const levels = noiseLevels(30);
  assert.deepEqual([levels.length, levels[0], levels[30]], [31, 1, 0]);
  levels.slice(1).forEach((level, i) => assert.ok(level < levels[i]!));
});
