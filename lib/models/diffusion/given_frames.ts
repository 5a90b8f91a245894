import { float32, type NdArray, sizeOf } from "../../core/mod.ts";
import type { Velocity } from "./solver.ts";

/** Latent frames that are given, among others that are drawn. */
export interface GivenFrames {
  /** Clean latents of the given frames, `[B,k,h,w,Z]`. */
  readonly latents: NdArray<"float32">;
  /** Place of each of the `k` among the `t` frames of a clip, rising. */
  readonly frames: readonly number[];
  /**
   * What is known of each of the `k`: a projection of a cell's channels,
   * `[Z,Z]`, on those that the latents give; all of them where left out.
   */
  readonly known?: readonly (NdArray<"float32"> | undefined)[];
}

/**
 * A velocity that leads some frames of latents to given ones: theirs is
 * `(latent - given) / sigma`, the straight line on which training put them, and
 * the model sees them at every noise level as it would see those of real video.
 * Of a frame that is known in part, the predicted x0 keeps what is not known:
 * `x0 + (given - x0) known` (DDNM, Wang et al. 2022, arXiv 2212.00490, equation
 * 13, where the projection is `A⁺A`). All other frames keep the model's velocity.
 * Every solver follows a straight line exactly; `repaint` makes the other frames
 * fit the given ones.
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
  { latents: given, frames, known = [] }: GivenFrames,
): Velocity {
  const [clips = 0, count = 0, ...sides] = given.shape;
  const size = sizeOf(sides);
  return async (latent, sigma) => {
    const { shape, data } = await velocity(latent, sigma);
    const led = data.slice();
    for (let clip = 0; clip < clips; clip++) {
      for (const [k, frame] of frames.entries()) {
        const from = (clip * count + k) * size;
        const to = (clip * shape[1]! + frame) * size;
        // What the frame lacks of the given one, at this velocity.
        const lack = new Float64Array(size);
        for (let i = 0; i < size; i++) {
          const x0 = latent.data[to + i]! - sigma * data[to + i]!;
          lack[i] = given.data[from + i]! - x0;
        }
        const step = known[k] ? projected(lack, known[k]) : lack;
        for (let i = 0; i < size; i++) led[to + i]! -= step[i]! / sigma;
      }
    }
    return float32(shape, led);
  };
}

/** Rows of `Z` numbers, each times a matrix `[Z,Z]`. */
function projected(
  rows: Float64Array,
  { shape: [Z = 0], data: matrix }: NdArray<"float32">,
): Float64Array {
  const result = new Float64Array(rows.length);
  for (let at = 0; at < rows.length; at += Z) {
    for (let i = 0; i < Z; i++) {
      const value = rows[at + i]!;
      for (let j = 0; j < Z; j++) result[at + j]! += value * matrix[i * Z + j]!;
    }
  }
  return result;
}
