import { CHANNELS, type Clip } from "../../core/mod.ts";

/** Where a single moving subject is, told by geometry alone. */
export interface Track {
  /**
   * Whether it moves along a line; where it does not (it rests, turns or
   * grows), the rest is that of what changes.
   */
  readonly moves: boolean;
  /** Its way, in shorter sides of the picture per second: x to the right, y down. */
  readonly velocity: readonly [x: number, y: number];
  /** Pixels that show it, frame by frame: `[T,H,W]`, 1 or 0. */
  readonly mask: Uint8Array;
}

/** A pixel belongs to the subject if it is this far from the background, as the mean over colours. */
const DIFFERENT = 0.08;
/** Frames at each end of which the background is taken. */
const END_FRAMES = 2;
/** Slower than this, in shorter sides per second, is no way. */
const SLOWEST = 0.06;
/** Share of pixels below which nothing is seen to change. */
const FEWEST = 0.002;

/**
 * Follows the one subject of a clip before a background that stays, without
 * any model.
 *
 * First the centroid of what differs from the median of all frames tells the
 * direction. With it the background is known: the subject has left the places
 * behind the middle of its way by the last frames, and has not reached those
 * ahead in the first. What differs from that is the subject, and its centroid's
 * slope over time its velocity.
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
  const rough = maskAgainst(clip, () => medianFrame(clip));
  const way = slopeOf(clip, rough);
  if (!way || Math.hypot(...way.velocity) < SLOWEST / 2) {
    return { moves: false, velocity: way?.velocity ?? [0, 0], mask: rough };
  }
  const mask = maskAgainst(clip, () => backgroundAlong(clip, way));
  const found = slopeOf(clip, mask) ?? way;
  return {
    moves: Math.hypot(...found.velocity) >= SLOWEST,
    velocity: found.velocity,
    mask,
  };
}

/** A straight way: where it is half-way, and how fast. */
interface Way {
  /** Pixels. */
  readonly middle: readonly [x: number, y: number];
  /** Shorter sides per second. */
  readonly velocity: readonly [x: number, y: number];
}

/** Line through the centroids of the masks over time, each weighted by its pixels. */
function slopeOf(
  { frames, height, width, fps }: Clip,
  mask: Uint8Array,
): Way | undefined {
  const size = height * width;
  let [n, st, sx, sy, stt, stx, sty] = [0, 0, 0, 0, 0, 0, 0];
  for (let t = 0; t < frames; t++) {
    for (let i = 0; i < size; i++) {
      if (mask[t * size + i] === 0) continue;
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
  if (n < FEWEST * size * frames || !(spread > 0)) return undefined;
  const perSecond = fps / Math.min(height, width);
  return {
    middle: [sx / n, sy / n],
    velocity: [
      (stx - st * sx / n) / spread * perSecond,
      (sty - st * sy / n) / spread * perSecond,
    ],
  };
}

/** Pixels that differ from a background: `[T,H,W]`. */
function maskAgainst(
  { frames, height, width, data }: Clip,
  backgroundOf: () => Float32Array,
): Uint8Array {
  const background = backgroundOf();
  const size = height * width;
  const mask = new Uint8Array(frames * size);
  for (let i = 0; i < mask.length; i++) {
    let difference = 0;
    for (let c = 0; c < CHANNELS; c++) {
      const at = i * CHANNELS + c;
      difference += Math.abs(data[at]! - background[at % background.length]!);
    }
    mask[i] = Number(difference > DIFFERENT * CHANNELS);
  }
  return mask;
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

/** What is behind a subject on its way: `[H,W,3]`. */
function backgroundAlong(
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
