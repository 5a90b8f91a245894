import type { ClipShape } from "./clip_source.ts";

/** A video to train on: its frame and how long a part of it may be. */
export interface Playable {
  /** Pixels as displayed. */
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  /** Frames per second of the file. */
  readonly fps: number;
  /** Frames; 1 for a picture. */
  readonly pictures: number;
}

/** The clips that models can be trained on. */
export interface BucketLimits {
  /** The usual clip: its area, length and rate are aimed at. */
  readonly aim: ClipShape;
  /** Fields of the usual clip that every bucket keeps. */
  readonly exact: {
    readonly size: boolean;
    readonly frames: boolean;
    readonly fps: boolean;
  };
  /** Sides are multiples of `space`, lengths of `time`. */
  readonly stride: { readonly space: number; readonly time: number };
  /** Most buckets: each is a graph of its own. */
  readonly most: number;
}

/** Shapes of clips, and the one of each video. */
export interface Bucketing {
  /** The most frequent first. */
  readonly shapes: readonly ClipShape[];
  /** For each video, its shape; undefined where {@link Bucketing.reasons} says why. */
  readonly shapeOf: readonly (ClipShape | undefined)[];
  /** Number of videos without a shape, by reason. */
  readonly reasons: ReadonlyMap<string, number>;
}

/** Largest share of a frame that is cropped, where the size may follow the data. */
export const MAX_CROP = 0.12;
/** Cost of twice or half the area, as a share of cropping. */
const AREA_COST = 0.05;
/** Area of a bucket relative to the usual clip. */
const SMALLEST_AREA = 0.5;
const LARGEST_AREA = 3;
/** Smallest share of the videos in a bucket. */
const SMALLEST_SHARE = 0.02;
/** Rates relative to the usual one: shorter shots are sampled faster. */
const RATES = [1, 1.25, 1.5, 2];
/** Lengths relative to the usual one, for shots that are too short for it. */
const LENGTHS = [1, 0.75, 0.5, 0.25];

/**
 * Chooses the shapes of clips by the videos: the aspect of each is kept but for
 * {@link MAX_CROP}, at about the area of the usual clip; shots that are too short
 * are sampled at a higher rate, up to the file's, and else give shorter clips.
 * Rare shapes are folded into frequent ones that fit as well.
 *
 * @example
 * ```ts
 * import { chooseShapes } from "lib/dataset/batches/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { shapes } = chooseShapes(
 *   [{ width: 160, height: 120, seconds: 2, fps: 16, pictures: 32 }],
 *   {
 *     aim: { frames: 16, height: 64, width: 64, fps: 8 },
 *     exact: { size: false, frames: false, fps: false },
 *     stride: { space: 16, time: 4 },
 *     most: 4,
 *   },
 * );
 * assert.deepEqual(shapes, [{ frames: 16, height: 48, width: 64, fps: 8 }]);
 * ```
 */
export function chooseShapes(
  videos: readonly Playable[],
  limits: BucketLimits,
): Bucketing {
  const sizeFor = sizeChooser(limits);
  const timings = timingsOf(limits);
  const best = videos.map((video): ClipShape | string => {
    const timing = video.pictures === 1
      ? pictureTiming(limits)
      : timings.find((timing) => fits(video, timing, limits));
    if (!timing) return shortReason(limits);
    const size = sizeFor(video);
    return size ? { ...timing, ...size } : CROP_REASON;
  });
  const wanted = new Map<string, { shape: ClipShape; count: number }>();
  for (const shape of best) {
    if (typeof shape === "string") continue;
    const entry = wanted.get(keyOf(shape));
    if (entry) entry.count++;
    else wanted.set(keyOf(shape), { shape, count: 1 });
  }
  const kept = new Map(
    [...wanted].sort(([, a], [, b]) => b.count - a.count)
      .filter(([, { count }]) => count >= SMALLEST_SHARE * videos.length)
      .slice(0, limits.most).map(([key, { shape }]) => [key, shape]),
  );
  const reasons = new Map<string, number>();
  const shapeOf = best.map((own, i) => {
    const shape = typeof own === "string"
      ? own
      : kept.get(keyOf(own)) ?? nearest(videos[i]!, [...kept.values()], limits);
    if (typeof shape !== "string") return shape;
    reasons.set(shape, (reasons.get(shape) ?? 0) + 1);
    return undefined;
  });
  return { shapes: [...kept.values()], shapeOf, reasons };
}

/** Share of a frame that is lost when it is cropped to another aspect, in [0,1). */
export function cropShare(
  from: { readonly width: number; readonly height: number },
  to: { readonly width: number; readonly height: number },
): number {
  const ratio = from.width * to.height / (from.height * to.width);
  return 1 - Math.min(ratio, 1 / ratio);
}

type Size = Pick<ClipShape, "height" | "width">;
type Timing = Pick<ClipShape, "frames" | "fps">;

/** The size that keeps most of a frame at about the usual area, by its aspect. */
function sizeChooser(
  limits: BucketLimits,
): (video: Pick<Playable, "width" | "height">) => Size | undefined {
  const sizes = sizesOf(limits);
  const area = ({ width, height }: Size): number => width * height;
  const known = new Map<string, Size | undefined>();
  return (video) => {
    const key = `${video.width}x${video.height}`;
    if (known.has(key)) return known.get(key);
    let best: Size | undefined, least = Infinity;
    for (const size of sizes) {
      const crop = cropShare(video, size);
      if (!limits.exact.size && crop > MAX_CROP) continue;
      const cost = crop +
        AREA_COST * Math.abs(Math.log2(area(size) / area(limits.aim)));
      if (cost < least) [best, least] = [size, cost];
    }
    known.set(key, best);
    return best;
  };
}

/** The shortest clip: a picture is repeated. */
function pictureTiming({ aim, exact, stride }: BucketLimits): Timing {
  return { frames: exact.frames ? aim.frames : stride.time, fps: aim.fps };
}

/** The kept shape that a video of a rare shape suits best. */
function nearest(
  video: Playable,
  kept: readonly ClipShape[],
  limits: BucketLimits,
): ClipShape | string {
  const { exact } = limits;
  const possible = kept.filter((shape) =>
    fits(video, shape, limits) &&
    (exact.size || cropShare(video, shape) <= MAX_CROP)
  );
  const seconds = ({ frames, fps }: ClipShape): number => frames / fps;
  return possible.toSorted((a, b) =>
    seconds(b) - seconds(a) || cropShare(video, a) - cropShare(video, b)
  )[0] ?? "their shape is too rare for a bucket of its own";
}

/** Whether a video holds so many frames at a rate, without repeating more than at the usual one. */
function fits(
  { seconds, fps, pictures }: Playable,
  timing: Timing,
  { aim }: BucketLimits,
): boolean {
  if (pictures === 1) return true; // it is repeated
  return timing.fps <= Math.max(fps, aim.fps) + 1e-3 &&
    (timing.frames - 1) / timing.fps <= seconds - 0.5 / fps;
}

function sizesOf({ aim, exact, stride: { space } }: BucketLimits): Size[] {
  const { width, height } = aim;
  if (exact.size) return [{ width, height }];
  const sizes: Size[] = [];
  const largest = LARGEST_AREA * width * height;
  for (let w = space; w * space <= largest; w += space) {
    for (let h = space; w * h <= largest; h += space) {
      if (w * h >= SMALLEST_AREA * width * height) {
        sizes.push({ width: w, height: h });
      }
    }
  }
  return sizes;
}

/** Lengths and rates in order of preference. */
function timingsOf({ aim, exact, stride: { time } }: BucketLimits): Timing[] {
  const rates = exact.fps ? [1] : RATES;
  const lengths = exact.frames ? [1] : LENGTHS;
  const timings = lengths.flatMap((length) =>
    rates.map((rate) => ({
      frames: Math.max(time, Math.floor(aim.frames * length / time) * time),
      fps: aim.fps * rate,
    }))
  );
  return timings.filter(({ frames, fps }, i) =>
    timings.findIndex((t) => t.frames === frames && t.fps === fps) === i
  );
}

function keyOf({ frames, height, width, fps }: ClipShape): string {
  return `${frames}x${height}x${width}@${fps}`;
}

function shortReason({ aim, exact, stride }: BucketLimits): string {
  const frames = exact.frames ? aim.frames : stride.time;
  const fps = exact.fps ? aim.fps : aim.fps * RATES.at(-1)!;
  return `they are shorter than ${frames} frames at ${fps} fps`;
}

const CROP_REASON =
  `no size near the preset's keeps their aspect within ${100 * MAX_CROP} % ` +
  "of cropping";
