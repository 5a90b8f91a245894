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

/**
 * The flow of rectified flow to data 3 and -3, of equal weight: the clean data
 * it expects is `3 tanh(3 x (1 - s) / s^2)` at `x`, smooth and far from linear.
 */
const twoPoints: Velocity = ({ shape, data }, sigma) =>
  Promise.resolve(float32(
    shape,
    data.map((x) => {
      const clean = 3 * Math.tanh(3 * x * (1 - sigma) / sigma ** 2);
      return (x - clean) / sigma;
    }),
  ));

/** Error halfway, before the data is reached, of so many steps. */
async function errorHalfway(name: SolverName, steps: number): Promise<number> {
  const at = async (solver: SolverName, count: number): Promise<number> => {
    // Evenly from 0.9: the first step from sigma 1 is of first order by itself.
    const sigmas = Array.from(
      { length: count + 1 },
      (_, i) => 0.9 - 0.4 * i / count,
    );
    const { data } = await sampleFlow({
      velocity: twoPoints,
      noise: float32([1, 1], [0.25]),
      sigmas,
      solver: SOLVERS[solver],
    });
    return data[0]!;
  };
  return Math.abs(await at(name, steps) - await at("heun", 2000));
}

Deno.test("the error falls with the power of the steps that each solver claims", async () => {
  for (const name of NAMES) {
    const found = await errorHalfway(name, 20) / await errorHalfway(name, 40);
    const wanted = { euler: 2, heun: 4, "dpm++": 4, unipc: 8 }[name];
    assert.ok(
      found > 0.8 * wanted && found < 1.25 * wanted,
      `${name}: ${found}`,
    );
  }
});

Deno.test("UniPC's correction makes the error of DPM-Solver++ smaller", async () => {
  const [dpm, unipc] = [
    await errorHalfway("dpm++", 20),
    await errorHalfway("unipc", 20),
  ];
  assert.ok(unipc < dpm / 2, `${unipc} against ${dpm}`);
});

Deno.test("the first step of DPM-Solver++ and UniPC is Euler's", async () => {
  for (const name of ["dpm++", "unipc"] as const) {
    const sigmas = [1, 0.7];
    const run = (solver: SolverName) =>
      sampleFlow({ velocity: linear, noise, sigmas, solver: SOLVERS[solver] });
    const [found, wanted] = [await run(name), await run("euler")];
    for (const [i, x] of wanted.data.entries()) {
      assert.ok(Math.abs(x - found.data[i]!) < 1e-6, `${name}: ${found.data}`);
    }
  }
});

Deno.test("a multistep solver starts anew in each run", async () => {
  for (const name of NAMES) {
    assert.equal(await drawn(name, 5, linear), await drawn(name, 5, linear));
  }
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
    "dpm++": [1, 0.75, 0.5, 0.25],
    unipc: [1, 0.75, 0.5, 0.25],
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
