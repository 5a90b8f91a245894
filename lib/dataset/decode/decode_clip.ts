import { CHANNELS, type Clip, InputError } from "lib/core/mod.ts";
import { Frame } from "../ffmpeg/mod.ts";
import { ClipBuilder } from "./_clip_builder.ts";
import { framesThatFit } from "./clip_fit.ts";
import { type DecodedFrame, VideoSource } from "./_video_source.ts";

/** The part of a video to decode, and the shape of the clip. */
export interface DecodeOptions {
  /** Frames of the clip, T. */
  readonly frames: number;
  /** Pixels, H. */
  readonly height: number;
  /** Pixels, W. */
  readonly width: number;
  /** Frames per second of the clip; the average rate of the video if absent. */
  readonly fps?: number;
  /** Start of the clip, seconds from the first frame; 0 if absent. */
  readonly startSeconds?: number;
  /**
   * Whether to take pixels as they are stored, for measures of pixels: neither
   * pixel aspect nor the choice of one field of interlaced frames is applied.
   * Default: false.
   */
  readonly stored?: boolean;
}

/**
 * Frames count as presented this many ticks early, since containers round times
 * to whole ticks, by half a tick at most.
 */
const TOLERANCE_TICKS = 0.501;

/** Numbers in the largest clip: 4 GiB as float32. */
const MAX_VALUES = 2 ** 30;

/**
 * Seconds before the start of the clip at which decoding begins, in the order
 * of attempts. Frames that are presented before the nearest key frame may depend
 * on earlier ones; decoding then starts at an earlier key frame or at the first.
 */
const SEEK_MARGINS = [0, 5];

/**
 * Decodes part of a video file.
 *
 * Frame i is the frame that a player presents `startSeconds + i / fps` seconds
 * after the first frame it shows, at any constant or variable rate of the file.
 * The last frame must be due before the video ends, as {@link framesThatFit}
 * counts; it need not end there. Frames are cropped at the centre and scaled with
 * antialiasing to `height` x `width`; rotation and pixel aspect are applied. Of
 * interlaced frames, the earlier field is kept, and transparent pixels are white.
 * Decoding stops when the clip is full; a damaged frame in it is an error.
 *
 * @param path Any video format of FFmpeg: mp4, mkv, webm, gif, avi, ...
 * @returns A clip `[T,H,W,3]`, float32, RGB in [0,1].
 * @throws {InputError} if the options are not legal, or the file is missing,
 * unreadable, empty, no video, damaged, or too short for so many frames
 */
export async function decodeClip(
  path: string,
  options: DecodeOptions,
): Promise<Clip> {
  checkOptions(path, options);
  const { startSeconds = 0 } = options;
  for (const margin of SEEK_MARGINS.filter((m) => m < startSeconds)) {
    try {
      return await decodeFrom(path, options, startSeconds - margin);
    } catch (error) {
      // The seek may have caused the error: report only errors of the last
      // attempt, which reads the file from its beginning.
      if (!(error instanceof InputError)) throw error;
    }
  }
  return await decodeFrom(path, options, undefined);
}

/**
 * @param seekSeconds Where to seek; undefined = decode from the beginning.
 */
async function decodeFrom(
  path: string,
  options: DecodeOptions,
  seekSeconds: number | undefined,
): Promise<Clip> {
  const { frames, startSeconds = 0 } = options;
  await using source = await VideoSource.open(path);
  const fps = options.fps ?? source.info.fps;
  using builder = new ClipBuilder({ ...options, fps }, source.info.coded);
  using held = new Frame(); // The latest frame, until the next one is due.
  held.alloc();
  let last: Omit<DecodedFrame, "frame"> | undefined;

  /** Number of frames that are due before a time. */
  const framesBefore = (endSeconds: number): number =>
    Math.min(frames, framesThatFit({ startSeconds, endSeconds, fps }));
  const fillUntil = (seconds: number): void => {
    const count = framesBefore(seconds);
    if (count <= builder.filled) return;
    if (!last!.isIntact) {
      const at = last!.seconds.toFixed(2);
      throw damaged(source, `the frame at ${at} s is damaged`);
    }
    builder.fill(held, count);
  };

  if (seekSeconds !== undefined) await source.seek(seekSeconds);
  for await (const { frame, ...times } of source.decode()) {
    const presented = times.seconds - TOLERANCE_TICKS * source.info.tick;
    if (last !== undefined) {
      fillUntil(presented);
      if (builder.filled === frames) return builder.clip;
      held.unref();
    } else if (seekSeconds !== undefined && framesBefore(presented) > 0) {
      throw damaged(
        source,
        `seeking ${seekSeconds} s leads to ${times.seconds} s`,
      );
    }
    held.ref(frame);
    last = times;
  }
  if (last === undefined) {
    throw damaged(source, source.loss.text ?? "no frame can be decoded");
  }
  fillUntil(last.endSeconds);
  const { filled } = builder;
  if (filled === frames) return builder.clip;
  throw source.loss.text === undefined
    ? tooShort(source, {
      ...options,
      fps,
      startSeconds,
      filled,
      end: last.endSeconds,
    })
    : damaged(
      source,
      `${source.loss.text} (${filled} of ${frames} frames came before)`,
    );
}

function checkOptions(path: string, options: DecodeOptions): void {
  const refuse = (rule: string, value: number, fix: string): never => {
    throw new InputError(
      `Cannot decode "${path}": ${rule}: it is ${value}; ${fix}`,
    );
  };
  for (const side of ["frames", "height", "width"] as const) {
    const value = options[side];
    if (!Number.isInteger(value) || value < 1) {
      refuse(
        `${side} must be a whole number from 1 up`,
        value,
        `pass for example ${side === "frames" ? 16 : 64}`,
      );
    }
  }
  const values = options.frames * options.height * options.width * CHANNELS;
  if (values > MAX_VALUES) {
    refuse(
      `frames x height x width x 3 must be at most ${MAX_VALUES}`,
      values,
      "ask for fewer or smaller frames",
    );
  }
  const { fps, startSeconds = 0 } = options;
  if (fps !== undefined && !(fps > 0 && fps < Infinity)) {
    refuse("fps must be a number above 0", fps, "pass for example 8");
  }
  if (!(startSeconds >= 0 && startSeconds < Infinity)) {
    refuse(
      "startSeconds must be a number from 0 up",
      startSeconds,
      "pass for example 0",
    );
  }
}

function damaged(source: VideoSource, damage: string): InputError {
  return new InputError(
    `Cannot decode "${source.path}": the file must be whole: ${damage}; get a whole copy, or cut the good part out of it`,
  );
}

function tooShort(
  source: VideoSource,
  { frames, fps, startSeconds, filled, end }:
    & Required<Omit<DecodeOptions, "stored">>
    & { filled: number; end: number },
): InputError {
  const from = startSeconds > 0 ? ` from ${startSeconds} s on` : "";
  const wanted = `Cannot decode "${source.path}": the video must last for ${
    counted(frames, "frame")
  } at ${shortNumber(fps)} fps${from}`;
  if (filled === 0) {
    return new InputError(
      `${wanted}: it ends at ${end.toFixed(2)} s; start earlier`,
    );
  }
  const fitting = Math.ceil(frames / (end - startSeconds) * 10) / 10;
  return new InputError(
    `${wanted}: it holds ${filled} at this rate; pass --frames ${filled}, or --fps ${fitting} or more`,
  );
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function shortNumber(value: number): string {
  return String(Number(value.toFixed(3)));
}
