import type { NdArray } from "../../core/mod.ts";
import { combined } from "./_combined.ts";
import { dpmSolver, uniPc } from "./multistep.ts";

/** Predicts the velocity of latents `[B,t,h,w,Z]` at a noise level sigma in [0,1]. */
export type Velocity = (
  latent: NdArray<"float32">,
  sigma: number,
) => Promise<NdArray<"float32">>;

/**
 * Integrates the velocity over one step, from a sigma to a lower one. It takes
 * the steps of one run in their order: multistep solvers keep what they need of
 * the steps before.
 */
export type Solver = (
  latent: NdArray<"float32">,
  from: number,
  to: number,
  velocity: Velocity,
) => Promise<NdArray<"float32">>;

/** Euler's method: one evaluation a step. */
const euler: Solver = async (latent, from, to, velocity) =>
  combined([1, latent], [to - from, await velocity(latent, from)]);

/**
 * Heun's method: a step of Euler's, then the step again by the mean of the
 * velocities at both ends. Two evaluations a step, whose error falls with the
 * third power of its length. The last step is Euler's: at sigma 0 the velocity
 * is not defined (Karras et al. 2022, arXiv 2206.00364, algorithm 1).
 */
const heun: Solver = async (latent, from, to, velocity) => {
  const first = await velocity(latent, from);
  const ahead = combined([1, latent], [to - from, first]);
  if (to === 0) return ahead;
  const second = await velocity(ahead, to);
  const half = (to - from) / 2;
  return combined([1, latent], [half, first], [half, second]);
};

/** The solvers by name; each is made anew for a run. */
export const SOLVERS = {
  euler: () => euler,
  heun: () => heun,
  "dpm++": dpmSolver,
  unipc: uniPc,
} as const satisfies Record<string, () => Solver>;

/** The name of a solver. */
export type SolverName = keyof typeof SOLVERS;
