import type { NdArray } from "../../core/mod.ts";
import { float32 } from "../../core/mod.ts";

/** Predicts the velocity of latents `[B,t,h,w,Z]` at a noise level in [0,1]. */
export type Velocity = (
  latent: NdArray<"float32">,
  level: number,
) => Promise<NdArray<"float32">>;

/** How to walk from noise to data. */
export interface SamplerOptions {
  readonly velocity: Velocity;
  /** Where to start, standard normal, `[B,t,h,w,Z]`. */
  readonly noise: NdArray<"float32">;
  /** Steps to take, at least 1. */
  readonly steps: number;
  /** Called after each step. */
  readonly onStep?: (done: number) => void;
}

/**
 * Noise levels from 1 to 0, one more than steps.
 *
 * @example
 * ```ts
 * import { noiseLevels } from "lib/models/diffusion/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(noiseLevels(4), [1, 0.75, 0.5, 0.25, 0]);
 * ```
 */
export function noiseLevels(steps: number): number[] {
  if (!Number.isInteger(steps) || steps < 1) {
    throw new RangeError(
      `Cannot sample: steps must be a whole number of at least 1: current value is ${steps}`,
    );
  }
  return Array.from({ length: steps + 1 }, (_, i) => 1 - i / steps);
}

/**
 * Samples with Euler's method: from noise at level 1 along the predicted
 * velocity to data at level 0.
 *
 * @returns latents of the shape of the noise.
 *
 * @example
 * ```ts
 * import { sampleEuler } from "lib/models/diffusion/mod.ts";
 * import { float32 } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * // Data is a single point, 3: the velocity from noise is known exactly.
 * const noise = float32([1], [1]);
 * const velocity = () => Promise.resolve(float32([1], [1 - 3]));
 * const { data } = await sampleEuler({ velocity, noise, steps: 4 });
 * assert.equal(data[0], 3);
 * ```
 */
export async function sampleEuler(
  { velocity, noise, steps, onStep }: SamplerOptions,
): Promise<NdArray<"float32">> {
  const levels = noiseLevels(steps);
  let latent = noise;
  for (let step = 0; step < steps; step++) {
    const v = await velocity(latent, levels[step]!);
    const change = levels[step + 1]! - levels[step]!;
    latent = float32(
      latent.shape,
      latent.data.map((x, i) => x + change * v.data[i]!),
    );
    onStep?.(step + 1);
  }
  return latent;
}
