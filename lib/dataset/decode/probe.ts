import { VideoSource } from "./_video_source.ts";

/** The properties that a video file states. */
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
  /** Counted by the container, or else estimated from duration and rate. */
  readonly frames: number;
  /** FFmpeg's name: `h264`, `vp9`, `gif`. */
  readonly codec: string;
}

/**
 * Reads the properties of a video file without decoding it.
 *
 * A file that does not state its duration (browsers record such WebM) is read to
 * its end.
 *
 * @param path Any video format of FFmpeg: mp4, mkv, webm, gif, avi, ...
 * @throws {InputError} if the file is missing, unreadable, empty, or no video
 */
export async function probe(path: string): Promise<VideoInfo> {
  await using source = await VideoSource.open(path);
  const { fps, codec, displaySize, storedSize } = source;
  const durationSeconds = source.durationSeconds ??
    await source.measureDuration();
  const frames = source.frames ?? Math.round(durationSeconds * fps);
  return {
    path,
    ...displaySize,
    stored: storedSize,
    fps,
    durationSeconds,
    frames,
    codec,
  };
}
