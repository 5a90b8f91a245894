import { CHANNELS, type Clip } from "../../core/mod.ts";

/** Position and velocity of a single moving subject, found by geometry alone. */
export interface Track {
  /** Whether the subject moves along a line; false where it rests, turns or grows. */
  readonly moves: boolean;
  /** Velocity in shorter sides of the picture per second: x to the right, y down. */
  readonly velocity: readonly [x: number, y: number];
  /**
   * Distance of each pixel from the background, beyond the threshold that
   * separates the subject from noise, as the mean over colours: `[T,H,W]` in
   * [0,1). Zero marks the background, all else the subject (or all that
   * changes, if the subject does not move).
   */
  readonly contrast: Float32Array;
}

/** Distance from the background that makes a pixel part of the subject, as the mean over colours. */
const DIFFERENT = 0.08;
/** Frames at each end of the clip that show the background. */
const END_FRAMES = 2;
/** Slowest motion along a line, in shorter sides per second. */
const MIN_SPEED = 0.06;
/** Least share of pixels that must change. */
const MIN_SHARE = 0.002;

/**
 * Follows the one subject of a clip before a background that stays, without
 * any model.
 *
 * The centroid of all that differs from the median of the frames gives the
 * direction. The direction gives the background: the last frames show the
 * places behind the middle of the way, which the subject has left, and the
 * first frames show those ahead, which it has not reached. The subject is all
 * that differs from this background; the slope of its centroid over time is
 * its velocity.
 *
 * @example
 * ```ts
 * import { trackSubject } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * // A white square of 4 pixels goes 2 pixels to the right in each frame.
 * const [frames, height, width] = [8, 16, 24];
 * const data = new Float32Array(frames * height * width * 3);
 * for (let t = 0; t < frames; t++) {
 *   for (let y = 6; y < 10; y++) {
 *     for (let x = 2 * t; x < 2 * t + 4; x++) data.fill(1, ((t * height + y) * width + x) * 3, ((t * height + y) * width + x + 1) * 3);
 *   }
 * }
 * const { moves, velocity } = trackSubject({ frames, height, width, fps: 8, data });
 * assert.ok(moves);
 * assert.deepEqual(velocity.map((v) => Math.round(v * 100) / 100), [1, 0]); // 16 pixels a second of 16
 * ```
 */
export function trackSubject(clip: Clip): Track {
  const changes = contrastWith(clip, medianFrame(clip));
  const way = wayOf(clip, changes);
  if (!way || Math.hypot(...way.velocity) < MIN_SPEED / 2) {
    return {
      moves: false,
      velocity: way?.velocity ?? [0, 0],
      contrast: changes,
    };
  }
  const contrast = contrastWith(clip, backgroundOf(clip, way));
  const { velocity } = wayOf(clip, contrast) ?? way;
  return { moves: Math.hypot(...velocity) >= MIN_SPEED, velocity, contrast };
}

/** A straight way: its middle, and the velocity. */
interface Way {
  /** Pixels. */
  readonly middle: readonly [x: number, y: number];
  /** Shorter sides per second. */
  readonly velocity: readonly [x: number, y: number];
}

/** Line through the centroids of the subject over time, each weighted by its pixels. */
function wayOf(
  { frames, height, width, fps }: Clip,
  contrast: Float32Array,
): Way | undefined {
  const size = height * width;
  let [n, st, sx, sy, stt, stx, sty] = [0, 0, 0, 0, 0, 0, 0];
  for (let t = 0; t < frames; t++) {
    for (let i = 0; i < size; i++) {
      if (contrast[t * size + i] === 0) continue;
      const [x, y] = [i % width, Math.floor(i / width)];
      n++;
      st += t;
      sx += x;
      sy += y;
      stt += t * t;
      stx += t * x;
      sty += t * y;
    }
  }
  const spread = stt - st * st / n;
  if (n < MIN_SHARE * size * frames || !(spread > 0)) return undefined;
  const perSecond = fps / Math.min(height, width);
  return {
    middle: [sx / n, sy / n],
    velocity: [
      (stx - st * sx / n) / spread * perSecond,
      (sty - st * sy / n) / spread * perSecond,
    ],
  };
}

/** Distance of each pixel from a background `[H,W,3]` beyond the threshold: `[T,H,W]`. */
function contrastWith(
  { frames, height, width, data }: Clip,
  background: Float32Array,
): Float32Array {
  const contrast = new Float32Array(frames * height * width);
  for (let i = 0; i < contrast.length; i++) {
    let difference = 0;
    for (let c = 0; c < CHANNELS; c++) {
      const at = i * CHANNELS + c;
      difference += Math.abs(data[at]! - background[at % background.length]!);
    }
    contrast[i] = Math.max(0, difference - DIFFERENT * CHANNELS) / CHANNELS;
  }
  return contrast;
}

/** Median of all frames: `[H,W,3]`. */
function medianFrame({ frames, height, width, data }: Clip): Float32Array {
  const size = height * width * CHANNELS;
  const values = new Float32Array(frames);
  return Float32Array.from({ length: size }, (_, i) => {
    for (let t = 0; t < frames; t++) values[t] = data[t * size + i]!;
    values.sort();
    return values[frames >> 1]!;
  });
}

/** The background of a subject on its way: `[H,W,3]`. */
function backgroundOf(
  { frames, height, width, data }: Clip,
  { middle, velocity }: Way,
): Float32Array {
  const size = height * width * CHANNELS;
  const ends = Math.min(END_FRAMES, Math.floor(frames / 2));
  return Float32Array.from({ length: size }, (_, i) => {
    const pixel = Math.floor(i / CHANNELS);
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const ahead = (x - middle[0]) * velocity[0] + (y - middle[1]) * velocity[1];
    const first = ahead > 0 ? 0 : frames - ends;
    let sum = 0;
    for (let t = first; t < first + ends; t++) sum += data[t * size + i]!;
    return sum / ends;
  });
}
