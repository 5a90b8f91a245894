import { CHANNELS, type Clip } from "../core/mod.ts";
import { meanOf } from "./distribution/mod.ts";
import type { LatentFrames } from "./seam_motion.ts";

/** Mean change inside latent frames below which nothing moves, for values in [0,1]. */
const MIN_CHANGE = 0.5 / 255;

/**
 * Seam measure of change: the mean absolute change of the pixels across the
 * seams of latent frames, over that inside them. 1 is steady change, as real
 * clips have it on average; above 1 the picture jumps from one latent frame to
 * the next.
 *
 * It suits any clip, also of a moving camera, which {@link seamMotion} leaves
 * out; but noise and flicker count like motion, so compare it with real clips
 *  of the same kind.
 *
 * @param clip Real or generated; values in [0,1]. Decode real video at its own
 *   rate or a whole fraction of it.
 * @returns The ratio, or undefined if nothing moves, or the clip is too short to
 *   have a seam.
 *
 * @example
 * ```ts
 * import { seamChange } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * // Four frames that brighten by 0.1 inside latent frames of 2, by 0.2 across the seam.
 * const data = Float32Array.from([0, 0.1, 0.3, 0.4].flatMap((x) => [x, x, x]));
 * const clip = { frames: 4, height: 1, width: 1, fps: 8, data };
 * assert.equal(seamChange(clip, { stride: 2 })?.toFixed(4), "2.0000");
 * ```
 */
export function seamChange(
  { frames, height, width, data }: Clip,
  { stride, first = stride }: LatentFrames,
): number | undefined {
  const size = height * width * CHANNELS;
  const across: number[] = [];
  const inside: number[] = [];
  for (let t = 1; t < frames; t++) {
    let sum = 0;
    for (let i = t * size; i < (t + 1) * size; i++) {
      sum += Math.abs(data[i]! - data[i - size]!);
    }
    ((t - first) % stride === 0 ? across : inside).push(sum / size);
  }
  if (across.length === 0 || inside.length === 0) return undefined;
  const within = meanOf(inside);
  return within < MIN_CHANGE ? undefined : meanOf(across) / within;
}
