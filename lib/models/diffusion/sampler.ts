import { type NdArray, NotFiniteError } from "../../core/mod.ts";
import { type Solver, SOLVERS, type Velocity } from "./solver.ts";

/**
 * Samples latents: integrates the velocity from noise at the first sigma to data
 * at the last.
 *
 * @param options.noise Standard normal, `[B,t,h,w,Z]`.
 * @param options.sigmas From 1 to 0, falling: see {@link sigmaSchedule}.
 * @param options.solver One of {@link SOLVERS}; Euler's method where left out.
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
    readonly solver?: () => Solver;
    readonly onStep?: (done: number) => void;
  },
): Promise<NdArray<"float32">> {
  const step = solver();
  let latent = noise;
  for (let i = 0; i + 1 < sigmas.length; i++) {
    latent = await step(latent, sigmas[i]!, sigmas[i + 1]!, velocity);
    const strange = latent.data.find((value) => !Number.isFinite(value));
    if (strange !== undefined) {
      throw new NotFiniteError(
        `Cannot sample: latents must stay finite: after step ${i + 1} of ` +
          `${sigmas.length - 1} one is ${strange}; lower the guidance, or ` +
          "use weights that did not diverge",
      );
    }
    onStep?.(i + 1);
  }
  return latent;
}
