import assert from "node:assert/strict";
import { float32 } from "lib/core/mod.ts";
import {
  sampleFlow,
  sigmaSchedule,
  type SolverName,
  SOLVERS,
  type Velocity,
} from "lib/models/diffusion/mod.ts";

const noise = float32([1, 2], [1, -2]);
const NAMES = Object.keys(SOLVERS) as SolverName[];

/** dx/ds = x: known at every sigma, `x(s) = x(1) exp(s - 1)`. */
const linear: Velocity = (latent) => Promise.resolve(latent);

async function drawn(
  name: SolverName,
  steps: number,
  velocity: Velocity,
): Promise<number> {
  const { data } = await sampleFlow({
    velocity,
    noise,
    sigmas: sigmaSchedule(steps),
    solver: SOLVERS[name],
  });
  return data[0]!;
}

Deno.test("Euler's method multiplies by 1 - 1/n along a linear field", async () => {
  for (const steps of [1, 2, 8]) {
    const found = await drawn("euler", steps, linear);
    assert.ok(Math.abs(found - (1 - 1 / steps) ** steps) < 1e-6);
  }
});

Deno.test("Heun's method multiplies by 1 - h + h^2 / 2, and ends with a step of Euler's", async () => {
  for (const steps of [1, 2, 8]) {
    const h = 1 / steps;
    const found = await drawn("heun", steps, linear);
    const wanted = (1 - h + h * h / 2) ** (steps - 1) * (1 - h);
    assert.ok(Math.abs(found - wanted) < 1e-6);
  }
});

Deno.test("the error falls with the steps for Euler's method, with their square for Heun's", async () => {
  // Smooth, with no velocity at sigma 0, so that the last step costs no order.
  const bent: Velocity = ({ shape, data }, sigma) =>
    Promise.resolve(float32(shape, data.map((x) => x * sigma)));
  const exact = Math.exp(-0.5);
  const errorOf = async (name: SolverName, steps: number): Promise<number> =>
    Math.abs(await drawn(name, steps, bent) - exact);
  const euler = await errorOf("euler", 8) / await errorOf("euler", 16);
  const heun = await errorOf("heun", 8) / await errorOf("heun", 16);
  assert.ok(euler > 1.8 && euler < 2.3, `${euler}`);
  assert.ok(heun > 3.4 && heun < 4.6, `${heun}`);
});

Deno.test("every solver reaches a single point of data exactly, in any number of steps", async () => {
  // The straight line from noise to data 5 has velocity noise - 5.
  const velocity: Velocity = ({ shape, data }, sigma) =>
    Promise.resolve(float32(shape, data.map((x) => (x - 5) / sigma)));
  for (const name of NAMES) {
    for (const steps of [1, 3, 10]) {
      const found = await drawn(name, steps, velocity);
      assert.ok(Math.abs(found - 5) < 1e-5, `${name}, ${steps}: ${found}`);
    }
  }
});

Deno.test("solvers evaluate velocities at the sigmas of the steps, and never at 0", async () => {
  const asked: Record<SolverName, number[]> = {
    euler: [1, 0.75, 0.5, 0.25],
    heun: [1, 0.75, 0.75, 0.5, 0.5, 0.25, 0.25],
  };
  for (const name of NAMES) {
    const seen: number[] = [];
    const done: number[] = [];
    await sampleFlow({
      velocity(latent, sigma) {
        seen.push(sigma);
        return Promise.resolve(latent);
      },
      noise,
      sigmas: sigmaSchedule(4),
      solver: SOLVERS[name],
      onStep: (step) => done.push(step),
    });
    assert.deepEqual(seen, asked[name], name);
    assert.deepEqual(done, [1, 2, 3, 4]);
  }
  assert.deepEqual([...noise.data], [1, -2]); // what was given stays
});

Deno.test("sampleFlow() takes Euler's steps by default", async () => {
  const { data } = await sampleFlow({
    velocity: linear,
    noise,
    sigmas: sigmaSchedule(2),
  });
  assert.deepEqual([...data], [0.25, -0.5]);
});
