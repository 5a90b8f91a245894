import { type Clip, InputError } from "lib/core/mod.ts";

/** What the limits of a format depend on. */
type VideoShape = Pick<Clip, "width" | "height" | "fps">;

/** A frame in 100 s; the fraction of a slower rate would be off by more than 5 %. */
const MIN_FPS = 0.01;
/** x264's limit. */
const MAX_MP4_SIDE = 16_384;

/** GIF times are hundredths of a second in 16 bits; players slow down below two. */
export const GIF_TICKS_PER_SECOND = 100;
export const MAX_GIF_FPS = 50;
const MAX_GIF_SIDE = 65_535;

/**
 * Checks that a clip can be written as H.264 in an MP4 file.
 *
 * @param path Of the file, for the message.
 * @throws {InputError} with the nearest legal size, or the legal rates
 */
export function checkMp4(
  path: string,
  { width, height, fps }: VideoShape,
): void {
  if (width % 2 !== 0 || height % 2 !== 0) {
    const [w, h] = [width, height].map((side) => side + side % 2);
    throw new InputError(
      `Cannot write "${path}": width and height of an H.264 video must be even: they are ${width}x${height}; the nearest legal size is ${w}x${h}`,
    );
  }
  if (Math.max(width, height) > MAX_MP4_SIDE) {
    throw new InputError(
      `Cannot write "${path}": width and height of an H.264 video must be at most ${MAX_MP4_SIDE}: they are ${width}x${height}; choose a smaller size`,
    );
  }
  if (!(fps >= MIN_FPS && fps < Infinity)) {
    throw new InputError(
      `Cannot write "${path}": the frame rate must be at least ${MIN_FPS} fps: it is ${fps}; give the clip for example 8 fps`,
    );
  }
}

/**
 * Checks that a clip can be written as a GIF.
 *
 * @throws {InputError} with the legal rates or sides
 */
export function checkGif({ width, height, fps }: VideoShape): void {
  if (!(fps >= MIN_FPS && fps <= MAX_GIF_FPS)) {
    throw new InputError(
      `Cannot make a GIF: its rate must be from ${MIN_FPS} to ${MAX_GIF_FPS} fps: it is ${fps}; write an MP4 instead`,
    );
  }
  if (Math.max(width, height) > MAX_GIF_SIDE) {
    throw new InputError(
      `Cannot make a GIF: its sides must be at most ${MAX_GIF_SIDE}: they are ${width}x${height}; choose a smaller size`,
    );
  }
}
