import { float32, type NdArray, sizeOf } from "../../core/mod.ts";
import type { Velocity } from "./solver.ts";

/** Latent frames that are given, among others that are drawn. */
export interface GivenFrames {
  /** Clean latents of the given frames, `[B,k,h,w,Z]`. */
  readonly latents: NdArray<"float32">;
  /** Place of each of the `k` among the `t` frames of a clip, rising. */
  readonly frames: readonly number[];
}

/**
 * A velocity that leads some frames of latents to given ones: theirs is
 * `(latent - given) / sigma`, the straight line on which training put them, and
 * the model sees them at every noise level as it would see those of real video.
 * All other frames keep the model's velocity. Every solver follows a straight
 * line exactly; `repaint` makes the other frames fit the given ones.
 *
 * @example
 * ```ts
 * import { float32 } from "lib/core/mod.ts";
 * import { keepFrames, sampleFlow } from "lib/models/diffusion/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const velocity = keepFrames(
 *   (latent) => Promise.resolve(latent),
 *   { latents: float32([1, 1, 1, 1, 1], [7]), frames: [1] },
 * );
 * const noise = float32([1, 2, 1, 1, 1], [4, 3]);
 * const { data } = await sampleFlow({ velocity, noise, sigmas: [1, 0.5, 0] });
 * assert.deepEqual([...data], [1, 7]);
 * ```
 */
export function keepFrames(
  velocity: Velocity,
  { latents: given, frames }: GivenFrames,
): Velocity {
  const [clips = 0, known = 0, ...sides] = given.shape;
  const size = sizeOf(sides);
  return async (latent, sigma) => {
    const { shape, data } = await velocity(latent, sigma);
    const led = data.slice();
    for (let clip = 0; clip < clips; clip++) {
      for (const [k, frame] of frames.entries()) {
        const from = (clip * known + k) * size;
        const to = (clip * shape[1]! + frame) * size;
        for (let i = 0; i < size; i++) {
          led[to + i] = (latent.data[to + i]! - given.data[from + i]!) / sigma;
        }
      }
    }
    return float32(shape, led);
  };
}
