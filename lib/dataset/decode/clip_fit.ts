/** Slack for rounding errors of sums of seconds, frames. */
const ROUNDING = 1e-6;

/** The end of a video or of a shot in it, and the rate of a clip. */
interface Room {
  /** Where the last frame of the video or shot ends. */
  readonly endSeconds: number;
  /** Frames per second of the clip. */
  readonly fps: number;
}

/**
 * Number of frames of a clip that fit into a video or a shot of it: a frame fits
 * if it is due before the end. It need not end there.
 *
 * @example
 * ```ts
 * import { framesThatFit } from "lib/dataset/decode/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(framesThatFit({ startSeconds: 0, endSeconds: 2, fps: 8 }), 16);
 * // The last is due at 0.124 + 15 / 8 = 1.999 s.
 * assert.equal(framesThatFit({ startSeconds: 0.124, endSeconds: 2, fps: 8 }), 16);
 * assert.equal(framesThatFit({ startSeconds: 0.125, endSeconds: 2, fps: 8 }), 15);
 * ```
 */
export function framesThatFit(
  { startSeconds, endSeconds, fps }: Room & {
    /** Time of the first frame of the clip. */
    readonly startSeconds: number;
  },
): number {
  const frames = (endSeconds - startSeconds) * fps;
  return Math.max(0, Math.ceil(frames - ROUNDING));
}

/**
 * The latest start at which so many frames fit, seconds; `decodeClip` returns
 * them from every start up to it. If it is before the start of the video or
 * shot, they do not fit.
 *
 * @example
 * ```ts
 * import { framesThatFit, latestStart } from "lib/dataset/decode/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const room = { endSeconds: 2, fps: 8 };
 * const startSeconds = latestStart({ ...room, frames: 16 });
 * assert.ok(Math.abs(startSeconds - 0.125) < 1e-6);
 * assert.equal(framesThatFit({ ...room, startSeconds }), 16);
 * ```
 */
export function latestStart(
  { endSeconds, fps, frames }: Room & {
    /** Frames of the clip. */
    readonly frames: number;
  },
): number {
  return endSeconds - (frames - 1 + 2 * ROUNDING) / fps;
}
