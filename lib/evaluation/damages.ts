import { CHANNELS, type Clip, type Rng } from "../core/mod.ts";
import { blur } from "./world3d/disturb.ts";

/**
 * Damages of a clip, each at a strength from 0 (none) to 1: a measure of
 * quality must tell a damaged clip from a whole one.
 */
export const DAMAGES = {
  /** Noise with a standard deviation of up to 0.2. */
  noise(clip: Clip, strength: number, rng: Rng): Clip {
    const noise = rng.normals([clip.data.length]).data;
    const data = clip.data.map((x, i) =>
      Math.min(1, Math.max(0, x + 0.2 * strength * noise[i]!))
    );
    return { ...clip, data };
  },
  /** Up to 12 blurs by neighbouring pixels. */
  blur(clip: Clip, strength: number): Clip {
    const blurred = { ...clip, data: clip.data.slice() };
    for (let i = 0; i < Math.round(12 * strength); i++) blur(blurred, 1);
    return blurred;
  },
  /** This share of the frames, from the end, stands still. */
  frozen(clip: Clip, strength: number): Clip {
    const last = Math.round((1 - strength) * (clip.frames - 1));
    return reordered(
      clip,
      Array.from({ length: clip.frames }, (_, t) => Math.min(t, last)),
    );
  },
  /** This share of the frames in another order. */
  "shuffled frames"(clip: Clip, strength: number, rng: Rng): Clip {
    const order = Array.from({ length: clip.frames }, (_, t) => t);
    for (let k = 0; k < Math.round(strength * clip.frames); k++) {
      const other = rng.integer(clip.frames);
      [order[k], order[other]] = [order[other]!, order[k]!];
    }
    return reordered(clip, order);
  },
  /** This share of the clips back to front. */
  "reversed clips"(clip: Clip, strength: number, rng: Rng): Clip {
    if (rng.uniform() >= strength) return clip;
    const order = Array.from({ length: clip.frames }, (_, t) => t);
    return reordered(clip, order.reverse());
  },
} as const;

/** Name of a damage. */
export type Damage = keyof typeof DAMAGES;

function reordered(clip: Clip, order: readonly number[]): Clip {
  const size = clip.height * clip.width * CHANNELS;
  const data = new Float32Array(clip.data.length);
  order.forEach((from, to) =>
    data.set(clip.data.subarray(from * size, (from + 1) * size), to * size)
  );
  return { ...clip, data };
}
