import {
  float32,
  InputError,
  type NdArray,
  shapeText,
} from "../../core/mod.ts";
import type { Velocity } from "./solver.ts";

/**
 * A velocity that leads the first frames of latents to given ones: theirs is
 * `noise - beginning`, the straight line on which training put them, and the
 * model sees them at every noise level as it would see those of real video. All
 * other frames keep the model's velocity. Every solver follows a straight line
 * exactly (replacement, Lugmayr et al. 2022, arXiv 2201.09865, without its
 * resampling).
 *
 * @param noise Where sampling starts, `[B,t,h,w,Z]`.
 * @param beginning Clean latents of the first `k` frames, `[B,k,h,w,Z]`, `k < t`.
 * @throws {InputError} if the shapes do not fit
 *
 * @example
 * ```ts
 * import { float32 } from "lib/core/mod.ts";
 * import { fromBeginning, sampleFlow } from "lib/models/diffusion/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const noise = float32([1, 2, 1, 1, 1], [3, 4]);
 * const velocity = fromBeginning(
 *   (latent) => Promise.resolve(latent),
 *   { noise, beginning: float32([1, 1, 1, 1, 1], [7]) },
 * );
 * const { data } = await sampleFlow({ velocity, noise, sigmas: [1, 0.5, 0] });
 * assert.deepEqual([...data], [7, 1]);
 * ```
 */
export function fromBeginning(
  velocity: Velocity,
  { noise, beginning }: {
    readonly noise: NdArray<"float32">;
    readonly beginning: NdArray<"float32">;
  },
): Velocity {
  const [clips = 0, frames = 0, ...rest] = noise.shape;
  const [given = 0, known = 0, ...sides] = beginning.shape;
  if (given !== clips || !(known < frames) || sides.join() !== rest.join()) {
    throw new InputError(
      "Cannot sample: beginning must be the first latent frames of each clip " +
        `of ${shapeText(noise.shape)}, and not all: current shape is ` +
        shapeText(beginning.shape),
    );
  }
  const frame = rest.reduce((a, b) => a * b, 1);
  return async (latent, sigma) => {
    const { shape, data } = await velocity(latent, sigma);
    const led = data.slice();
    for (let clip = 0; clip < clips; clip++) {
      for (let i = 0; i < known * frame; i++) {
        const at = clip * frames * frame + i;
        led[at] = noise.data[at]! - beginning.data[clip * known * frame + i]!;
      }
    }
    return float32(shape, led);
  };
}
