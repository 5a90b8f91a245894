import type { Clip } from "../core/mod.ts";
import { trackSubject } from "./adherence/track.ts";
import { meanOf } from "./distribution/mod.ts";

/** Grouping of the frames of a clip into latent frames, by a VAE. */
export interface LatentFrames {
  /** Frames of each latent frame: the VAE's stride in time. */
  readonly stride: number;
  /** Frames of the first latent frame: the stride if absent; 1 for causal VAEs, which encode frame 0 alone. */
  readonly first?: number;
}

/** Largest share of the picture that a subject may cover; above it the camera moves. */
const MAX_SHARE = 0.5;
/** Frames that show less of the subject than this share of the median have no centroid. */
const MIN_WEIGHT = 0.5;
/** Shortest mean step inside latent frames, in pixels: keeps the ratio finite. */
const MIN_STEP = 0.01;

/**
 * Seam measure of motion: the mean step of the subject's centroid across the
 * seams of latent frames, over the mean step inside them. 1 is steady motion,
 * as real clips have it; above 1 the subject jumps from one latent frame to
 * the next.
 *
 * {@link trackSubject} finds the subject: all that differs from a background
 * that stays. Its centroid weighs each pixel by the contrast with the
 * background, so that faint trails, which decoders leave behind a subject,
 * hardly count. Frames in which the subject has left the picture by half are
 * left out.
 *
 * @param clip Real or generated; values in [0,1]. Decode real video at its own
 *   rate or a whole fraction of it: frames taken at uneven distances (8 fps of
 *   15) jump like seams.
 * @returns The ratio, or undefined without a subject that moves along a line:
 *   nothing moves, the subject turns or grows, more than half of the picture
 *   changes (a moving camera), or the clip is too short to have a seam.
 *
 * @example
 * ```ts
 * import { seamMotion } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * // A white square goes 1 pixel inside a latent frame of 2 frames, 7 across seams.
 * const [frames, height, width] = [8, 16, 32];
 * const data = new Float32Array(frames * height * width * 3);
 * for (let t = 0; t < frames; t++) {
 *   const left = 8 * Math.floor(t / 2) + t % 2;
 *   for (let y = 6; y < 10; y++) {
 *     data.fill(1, ((t * height + y) * width + left) * 3, ((t * height + y) * width + left + 4) * 3);
 *   }
 * }
 * const ratio = seamMotion({ frames, height, width, fps: 8, data }, { stride: 2 });
 * assert.equal(ratio?.toFixed(6), "7.000000");
 * ```
 */
export function seamMotion(
  clip: Clip,
  { stride, first = stride }: LatentFrames,
): number | undefined {
  const { moves, contrast } = trackSubject(clip);
  const covered = contrast.reduce((n, x) => n + Number(x > 0), 0);
  if (!moves || covered > MAX_SHARE * contrast.length) return undefined;
  const centroids = centroidsOf(clip, contrast);
  const across: number[] = [];
  const inside: number[] = [];
  for (let t = 1; t < clip.frames; t++) {
    const [from, to] = [centroids[t - 1], centroids[t]];
    if (!from || !to) continue;
    const steps = (t - first) % stride === 0 ? across : inside;
    steps.push(Math.hypot(to.x - from.x, to.y - from.y));
  }
  if (across.length === 0 || inside.length === 0) return undefined;
  return meanOf(across) / Math.max(MIN_STEP, meanOf(inside));
}

/** Centroid of each frame, in pixels; undefined where too little of the subject is seen. */
function centroidsOf(
  { frames, height, width }: Clip,
  contrast: Float32Array,
): ({ readonly x: number; readonly y: number } | undefined)[] {
  const size = height * width;
  const sums = Array.from({ length: frames }, (_, t) => {
    let [weight, x, y] = [0, 0, 0];
    for (let i = 0; i < size; i++) {
      const w = contrast[t * size + i]!;
      weight += w;
      x += w * (i % width);
      y += w * Math.floor(i / width);
    }
    return { weight, x, y };
  });
  const least = MIN_WEIGHT * medianOf(sums.map(({ weight }) => weight));
  return sums.map(({ weight, x, y }) =>
    weight > 0 && weight >= least ? { x: x / weight, y: y / weight } : undefined
  );
}

/** {@link seamMotion} of a set of clips. */
export interface SeamMotion {
  /** Median over the clips with a subject to follow; null without any. */
  readonly median: number | null;
  /** 95 % confidence interval of the median; null with fewer than 6 clips. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Clips with a subject to follow. */
  readonly clips: number;
  /** Clips without one. */
  readonly leftOut: number;
}

/**
 * Sums up {@link seamMotion} over clips. The interval lies between two of the
 * sorted ratios, whose ranks are chosen by the binomial distribution, and so
 * assumes nothing of how the ratios are distributed.
 */
export function seamMotionOf(
  ratios: readonly (number | undefined)[],
): SeamMotion {
  const sorted = ratios.filter((ratio) => ratio !== undefined)
    .sort((a, b) => a - b);
  const clips = sorted.length;
  const rank = lowRank(clips);
  return {
    median: clips > 0 ? medianOf(sorted) : null,
    interval: rank > 0 ? [sorted[rank - 1]!, sorted[clips - rank]!] : null,
    clips,
    leftOut: ratios.length - clips,
  };
}

/** The largest r with P(X < r) <= 0.025 for X heads of n fair coins; 0 for n < 6. */
function lowRank(n: number): number {
  let log = -n * Math.LN2; // of P(X = r), as 2^-n underflows
  let below = Math.exp(log);
  let r = 0;
  while (below <= 0.025) {
    r++;
    log += Math.log((n - r + 1) / r);
    below += Math.exp(log);
  }
  return r;
}

/**
 * The seam measure of a set as text.
 */
export function seamMotionText(
  { median, interval, clips, leftOut }: SeamMotion,
): string {
  const range = interval?.map((x) => x.toFixed(2)).join("-");
  const counts = `n ${clips}, ${leftOut} left out`;
  return `${median?.toFixed(2) ?? "-"} (${range ? `${range}, ` : ""}${counts})`;
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
