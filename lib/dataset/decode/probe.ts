import { swapsSides } from "./_rotation.ts";
import { VideoSource } from "./_video_source.ts";

/** What a video file says about itself. */
export interface VideoInfo {
  /** As it was given. */
  readonly path: string;
  /** Pixels as displayed: rotation and pixel aspect are honoured. */
  readonly width: number;
  /** Pixels as displayed. */
  readonly height: number;
  /** Frames per second, on average where the rate varies. */
  readonly fps: number;
  /** Seconds. */
  readonly durationSeconds: number;
  /** Counted by the container, or else estimated from duration and rate. */
  readonly frames: number;
  /** FFmpeg's name: `h264`, `vp9`, `gif`. */
  readonly codec: string;
}

/**
 * Reads what a video file says about itself, without decoding it.
 *
 * A file that does not state its duration (browsers record such WebM) is read
 * through once.
 *
 * @param path Any video FFmpeg knows: mp4, mkv, webm, gif, avi, ...
 * @throws {InputError} if the file is missing, unreadable, empty, or no video
 *
 * @example
 * ```ts
 * import { probe } from "lib/dataset/decode/mod.ts";
 * import { writeMp4 } from "lib/dataset/encode/mod.ts";
 * import { demoScene, renderClip } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile({ suffix: ".mp4" });
 * await writeMp4(path, renderClip(demoScene, { frames: 8, height: 32, width: 64, fps: 8 }));
 * const { width, height, fps, frames, codec } = await probe(path);
 * assert.deepEqual({ width, height, fps, frames, codec }, {
 *   width: 64,
 *   height: 32,
 *   fps: 8,
 *   frames: 8,
 *   codec: "h264",
 * });
 * ```
 */
export async function probe(path: string): Promise<VideoInfo> {
  await using source = await VideoSource.open(path);
  const { fps, codec, picture } = source;
  const shown = [
    Math.round(picture.width * picture.pixelAspect),
    picture.height,
  ] as const;
  const [width, height] = swapsSides(picture.orientation)
    ? [shown[1], shown[0]]
    : shown;
  const durationSeconds = source.durationSeconds ??
    await source.measureDuration();
  const frames = source.frames ?? Math.round(durationSeconds * fps);
  return { path, width, height, fps, durationSeconds, frames, codec };
}
