import { float32, type NdArray } from "../../core/mod.ts";

/** Predicts the velocity of latents `[B,t,h,w,Z]` at a noise level in [0,1]. */
export type Velocity = (
  latent: NdArray<"float32">,
  sigma: number,
) => Promise<NdArray<"float32">>;

/** Goes one step along a velocity, from a noise level to the next, which is lower. */
export type Solver = (
  latent: NdArray<"float32">,
  from: number,
  to: number,
  velocity: Velocity,
) => Promise<NdArray<"float32">>;

/** Euler's method: straight on. One evaluation a step. */
const euler: Solver = async (latent, from, to, velocity) =>
  moved(latent, to - from, await velocity(latent, from));

/**
 * Heun's method: goes ahead by Euler's, looks at the velocity there, and goes
 * again by the mean of both; the error of a step falls with its third power.
 * Two evaluations a step. The last step is Euler's: at sigma 0 there is no
 * noise left whose velocity could be told (Karras et al. 2022, arXiv
 * 2206.00364, algorithm 1).
 */
const heun: Solver = async (latent, from, to, velocity) => {
  const first = await velocity(latent, from);
  const ahead = moved(latent, to - from, first);
  if (to === 0) return ahead;
  const second = await velocity(ahead, to);
  const half = (to - from) / 2;
  return moved(moved(latent, half, first), half, second);
};

/** The solvers by name. */
export const SOLVERS = { euler, heun } as const satisfies Record<
  string,
  Solver
>;

/** The name of one. */
export type SolverName = keyof typeof SOLVERS;

/** `latent + change * velocity`. */
function moved(
  { shape, data }: NdArray<"float32">,
  change: number,
  { data: velocity }: NdArray<"float32">,
): NdArray<"float32"> {
  return float32(shape, data.map((x, i) => x + change * velocity[i]!));
}
