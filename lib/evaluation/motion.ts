import type { Clip } from "../core/mod.ts";
import { seamChange } from "./seam_change.ts";
import {
  type LatentFrames,
  type SeamMotion,
  seamMotion,
  seamMotionOf,
} from "./seam_motion.ts";
import {
  meanQuality,
  type TemporalQuality,
  temporalQuality,
} from "./temporal_quality.ts";

/** All measures of motion of one clip. */
interface ClipMotion {
  readonly quality: TemporalQuality;
  readonly seam: number | undefined;
  readonly change: number | undefined;
}

/** All measures of motion of a set of clips. */
export interface MotionSummary {
  readonly clips: number;
  /** Means over the clips. */
  readonly mean: TemporalQuality;
  /** Motion of a subject across the seams of latent frames. */
  readonly seams: SeamMotion;
  /** Change of all pixels across them, also with a moving camera. */
  readonly seamChange: SeamMotion;
}

/**
 * Measures the motion in a clip.
 *
 * @throws {InputError} if it has fewer than 3 frames
 */
export function clipMotion(clip: Clip, latentFrames: LatentFrames): ClipMotion {
  return {
    quality: temporalQuality(clip),
    seam: seamMotion(clip, latentFrames),
    change: seamChange(clip, latentFrames),
  };
}

/** Sums up {@link clipMotion} over clips. */
export function motionSummary(all: readonly ClipMotion[]): MotionSummary {
  return {
    clips: all.length,
    mean: meanQuality(all.map(({ quality }) => quality)),
    seams: seamMotionOf(all.map(({ seam }) => seam)),
    seamChange: seamMotionOf(all.map(({ change }) => change)),
  };
}
