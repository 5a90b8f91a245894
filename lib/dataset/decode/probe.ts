import { InputError } from "lib/core/mod.ts";
import { VideoSource } from "./_video_source.ts";

/** The properties of a video file. */
export interface VideoInfo {
  /** As passed to {@link probe}. */
  readonly path: string;
  /** Pixels as displayed: with pixel aspect and rotation applied. */
  readonly width: number;
  /** Pixels as displayed. */
  readonly height: number;
  /** Width and height in pixels as stored: with rotation, without pixel aspect. */
  readonly stored: { readonly width: number; readonly height: number };
  /** Frames per second, on average where the rate varies. */
  readonly fps: number;
  /** Seconds. */
  readonly durationSeconds: number;
  /** Frames that are shown. */
  readonly frames: number;
  /** FFmpeg's name: `h264`, `vp9`, `gif`. */
  readonly codec: string;
}

/**
 * Reads the properties of a video file.
 *
 * MP4, MOV and GIF state the number of frames. Other files are decoded to count
 * them, and so is an MP4 of which an edit list hides frames.
 *
 * @param path Any video format of FFmpeg: mp4, mkv, webm, gif, avi, ...
 * @throws {InputError} if the file is missing, unreadable, empty, or no video,
 *   or has no frame that can be decoded
 */
export async function probe(path: string): Promise<VideoInfo> {
  await using source = await VideoSource.open(path);
  const { fps, codec, displaySize, frames: stated } = source.info;
  const known = { path, ...displaySize, stored: source.info.storedSize, fps };
  if (stated !== undefined) {
    const durationSeconds = source.info.durationSeconds ?? stated / fps;
    return { ...known, durationSeconds, frames: stated, codec };
  }
  const { frames, durationSeconds } = await source.measure();
  if (frames === 0) {
    throw new InputError(
      `Cannot decode "${path}": the file must hold a video: no frame can be decoded; get a whole copy`,
    );
  }
  return { ...known, durationSeconds, frames, codec };
}
