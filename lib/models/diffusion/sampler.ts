import type { NdArray } from "../../core/mod.ts";
import { type Solver, SOLVERS, type Velocity } from "./solver.ts";

/** How to walk from noise to data. */
export interface FlowOptions {
  readonly velocity: Velocity;
  /** Where to start, standard normal, `[B,t,h,w,Z]`. */
  readonly noise: NdArray<"float32">;
  /** Noise levels from 1 to 0, falling: see {@link sigmaSchedule}. */
  readonly sigmas: readonly number[];
  /** Euler's method where left out. */
  readonly solver?: Solver;
  /** Called after each step. */
  readonly onStep?: (done: number) => void;
}

/**
 * Walks from noise at the first noise level along the predicted velocity to data at
 * the last.
 *
 * @returns latents of the shape of the noise.
 *
 * @example
 * ```ts
 * import { sigmaSchedule, sampleFlow, SOLVERS } from "lib/models/diffusion/mod.ts";
 * import { float32 } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * // Data is a single point, 3: the velocity from noise is known exactly.
 * const noise = float32([1], [1]);
 * const velocity = () => Promise.resolve(float32([1], [1 - 3]));
 * for (const solver of Object.values(SOLVERS)) {
 *   const { data } = await sampleFlow({ velocity, noise, sigmas: sigmaSchedule(4), solver });
 *   assert.equal(data[0], 3);
 * }
 * ```
 */
export async function sampleFlow(
  { velocity, noise, sigmas, solver = SOLVERS.euler, onStep }: FlowOptions,
): Promise<NdArray<"float32">> {
  let latent = noise;
  for (let step = 0; step + 1 < sigmas.length; step++) {
    latent = await solver(latent, sigmas[step]!, sigmas[step + 1]!, velocity);
    onStep?.(step + 1);
  }
  return latent;
}
