import { shownSize, type VideoInfo } from "./_video_info.ts";
import { VideoSource } from "./_video_source.ts";

export type { VideoInfo };

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
  const { fps, codec } = source;
  const durationSeconds = source.durationSeconds ??
    await source.measureDuration();
  const frames = source.frames ?? Math.round(durationSeconds * fps);
  return { path, ...shownSize(source), fps, durationSeconds, frames, codec };
}
