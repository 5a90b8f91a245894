import { float32, type NdArray } from "../../core/mod.ts";
import type { Velocity } from "./solver.ts";

/**
 * A velocity that leads the first frames of latents to given ones: theirs is
 * `(latent - beginning) / sigma`, the straight line on which training put them,
 * and the model sees them at every noise level as it would see those of real
 * video. All other frames keep the model's velocity. Every solver follows a
 * straight line exactly; `repaint` makes the other frames fit the given ones.
 *
 * @param beginning Clean latents of the first `k` of `t` frames, `[B,k,h,w,Z]`.
 *
 * @example
 * ```ts
 * import { float32 } from "lib/core/mod.ts";
 * import { fromBeginning, sampleFlow } from "lib/models/diffusion/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const velocity = fromBeginning(
 *   (latent) => Promise.resolve(latent),
 *   float32([1, 1, 1, 1, 1], [7]),
 * );
 * const noise = float32([1, 2, 1, 1, 1], [3, 4]);
 * const { data } = await sampleFlow({ velocity, noise, sigmas: [1, 0.5, 0] });
 * assert.deepEqual([...data], [7, 1]);
 * ```
 */
export function fromBeginning(
  velocity: Velocity,
  beginning: NdArray<"float32">,
): Velocity {
  const clips = beginning.shape[0]!;
  const known = beginning.data.length / clips;
  return async (latent, sigma) => {
    const { shape, data } = await velocity(latent, sigma);
    const led = data.slice();
    const size = data.length / clips;
    for (let clip = 0; clip < clips; clip++) {
      for (let i = 0; i < known; i++) {
        const at = clip * size + i;
        const clean = beginning.data[clip * known + i]!;
        led[at] = (latent.data[at]! - clean) / sigma;
      }
    }
    return float32(shape, led);
  };
}
