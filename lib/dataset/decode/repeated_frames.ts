/** Rates that differ by less, in frames per second, count as the same. */
const SAME_RATE = 0.01;

/**
 * The share of frames that repeat the one before where a video is sampled above
 * its own rate; 0 at its rate and below.
 *
 * @param sourceFps Frames per second of the video.
 * @param fps Frames per second of the clip.
 * @returns in `[0,1)`
 *
 * @example
 * ```ts
 * import { repeatedShare } from "lib/dataset/decode/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(repeatedShare(6, 8), 0.25);
 * assert.equal(repeatedShare(24, 8), 0);
 * ```
 */
export function repeatedShare(sourceFps: number, fps: number): number {
  return sourceFps < fps - SAME_RATE ? 1 - sourceFps / fps : 0;
}

/** A rate for people and flags: at most two decimals, `23.98`. */
export function fpsText(fps: number): string {
  return String(Number(fps.toFixed(2)));
}

/**
 * A line about videos that are sampled above their own rate; undefined if there
 * are none.
 *
 * @param videos Rates of the videos, in frames per second.
 * @param fps Frames per second of the clips.
 * @param fix What avoids it, for the end of the line.
 */
export function repeatNote(
  videos: readonly { readonly fps: number }[],
  fps: number,
  fix?: string,
): string | undefined {
  const slow = videos.filter((video) => repeatedShare(video.fps, fps) > 0);
  if (slow.length === 0) return undefined;
  const lowest = Math.min(...slow.map(({ fps }) => fps));
  const which = videos.length === 1
    ? `the video has ${fpsText(lowest)} fps`
    : `${slow.length} of ${videos.length} videos have fewer than ${
      fpsText(fps)
    } fps, the slowest ${fpsText(lowest)}`;
  const share = slow.reduce(
    (sum, video) => sum + repeatedShare(video.fps, fps),
    0,
  ) / slow.length;
  return `note: ${which}: at ${fpsText(fps)} fps ${
    (100 * share).toFixed(0)
  } % of its frames repeat${fix === undefined ? "" : `; ${fix}`}`
    .replace("% of its", videos.length === 1 ? "% of its" : "% of their");
}
