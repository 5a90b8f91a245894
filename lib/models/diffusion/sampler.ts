import { float32, type NdArray, NotFiniteError } from "../../core/mod.ts";

/** Predicts the velocity of latents `[B,t,h,w,Z]` at a noise level sigma in [0,1]. */
export type Velocity = (
  latent: NdArray<"float32">,
  sigma: number,
) => Promise<NdArray<"float32">>;

/** Integrates the velocity over one step, from a sigma to a lower one. */
export type Solver = (
  latent: NdArray<"float32">,
  from: number,
  to: number,
  velocity: Velocity,
) => Promise<NdArray<"float32">>;

/** Euler's method: one evaluation a step. */
const euler: Solver = async (latent, from, to, velocity) =>
  moved(latent, to - from, await velocity(latent, from));

/**
 * Heun's method: a step of Euler's, then the step again by the mean of the
 * velocities at both ends. Two evaluations a step, whose error falls with the
 * third power of its length. The last step is Euler's: at sigma 0 the velocity
 * is not defined (Karras et al. 2022, arXiv 2206.00364, algorithm 1).
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

/** The name of a solver. */
export type SolverName = keyof typeof SOLVERS;

/**
 * Samples latents: integrates the velocity from noise at the first sigma to data
 * at the last.
 *
 * @param options.noise Standard normal, `[B,t,h,w,Z]`.
 * @param options.sigmas From 1 to 0, falling: see {@link sigmaSchedule}.
 * @param options.solver Euler's method where left out.
 * @param options.onStep Called after each step.
 * @returns latents of the shape of the noise.
 * @throws {NotFiniteError} naming the first step after which a latent is NaN or
 *   infinite
 */
export async function sampleFlow(
  { velocity, noise, sigmas, solver = SOLVERS.euler, onStep }: {
    readonly velocity: Velocity;
    readonly noise: NdArray<"float32">;
    readonly sigmas: readonly number[];
    readonly solver?: Solver;
    readonly onStep?: (done: number) => void;
  },
): Promise<NdArray<"float32">> {
  let latent = noise;
  for (let step = 0; step + 1 < sigmas.length; step++) {
    latent = await solver(latent, sigmas[step]!, sigmas[step + 1]!, velocity);
    const strange = latent.data.find((value) => !Number.isFinite(value));
    if (strange !== undefined) {
      throw new NotFiniteError(
        `Cannot sample: latents must stay finite: after step ${step + 1} of ` +
          `${sigmas.length - 1} one is ${strange}; lower the guidance, or ` +
          "use weights that did not diverge",
      );
    }
    onStep?.(step + 1);
  }
  return latent;
}

/** `latent + change * velocity`. */
function moved(
  { shape, data }: NdArray<"float32">,
  change: number,
  { data: velocity }: NdArray<"float32">,
): NdArray<"float32"> {
  return float32(shape, data.map((x, i) => x + change * velocity[i]!));
}
