import { fitCamera } from "../flow/camera_motion.ts";
import { findMovingRegions } from "../flow/moving_regions.ts";
import type { Flow } from "../flow/optical_flow.ts";
import type { SmallPicture } from "../../decode/mod.ts";
import { brightnessOf } from "../scores/brightness.ts";
import {
  perceptualHash,
  THUMBNAIL,
  thumbnailOf,
} from "../scores/perceptual_hash.ts";

/** Steps of both colours together by which a cell takes another colour. */
const OTHER_COLOUR = 12;

/** Cells of the side of the small picture that is kept of each picture. */
export const CELLS = 8;

/** How the picture before became this one. Speeds are diagonals of the picture per second. */
export interface Change {
  /** Share of the picture before that this one does not show, in [0,1]. */
  readonly unexplained: number;
  /** Share of the picture that takes another colour, in [0,1]. */
  readonly recoloured: number;
  /** Mean speed of all places. */
  readonly motion: number;
  /** Speed that the camera gives them. */
  readonly cameraMotion: number;
  /** What the camera does to the picture: to the right and down in diagonals, growth, and clockwise turn in radians, all per second. */
  readonly pan: readonly [right: number, down: number];
  readonly zoom: number;
  readonly roll: number;
  /** Speed of what moves by itself. */
  readonly subjectMotion: number;
  /** Share of the picture that moves by itself, in [0,1]. */
  readonly movingShare: number;
  /** Regions that move by themselves. */
  readonly subjects: number;
}

/** What is kept of each picture of a video that is looked through. */
export interface Measure {
  /** When it appears. */
  readonly seconds: number;
  /** When the next takes its place. */
  endSeconds: number;
  /** False if the decoder had to guess parts of it. */
  readonly isWhole: boolean;
  /** Mean luma, in [0,1]. */
  readonly brightness: number;
  /** Standard deviation of luma, in [0,0.5]. */
  readonly contrast: number;
  /** `[8,8]`, luma in [0,255]. */
  readonly cells: Uint8Array;
  /** `[2,8,8]`, how blue and how red, in [0,255]. */
  readonly colours: Uint8Array;
  readonly hash: string;
  /** Undefined for the first picture. */
  readonly change: Change | undefined;
}

/**
 * Measures one picture and how it came from the one before.
 *
 * @param flow From the picture before to this one.
 * @param before What was measured of it.
 *
 * @example
 * ```ts
 * import { measurePicture } from "lib/dataset/curate/shots/measure.ts";
 * import assert from "node:assert/strict";
 *
 * const grey = {
 *   width: 32,
 *   height: 18,
 *   data: new Uint8Array(32 * 18).fill(51),
 *   chroma: new Uint8Array(2 * 32 * 18).fill(128),
 * };
 * const times = { seconds: 0, endSeconds: 0.04, isWhole: true };
 * const { brightness, contrast } = measurePicture(grey, undefined, times, undefined);
 * assert.deepEqual([brightness, contrast], [0.2, 0]);
 * ```
 */
export function measurePicture(
  picture: SmallPicture,
  flow: Flow | undefined,
  times: Pick<Measure, "seconds" | "endSeconds" | "isWhole">,
  before: Measure | undefined,
): Measure {
  const { mean, contrast } = brightnessOf(picture);
  const thumbnail = thumbnailOf(picture);
  const colours = coloursOf(picture);
  return {
    ...times,
    brightness: mean,
    contrast,
    cells: quartered(thumbnail),
    colours,
    hash: perceptualHash(thumbnail),
    change: flow && before && {
      ...changeOf(flow, times.seconds - before.seconds),
      recoloured: recoloured(before.colours, colours),
    },
  };
}

function changeOf(
  flow: Flow,
  seconds: number,
): Omit<Change, "recoloured"> {
  const camera = fitCamera(flow);
  const regions = findMovingRegions(flow, camera);
  const diagonal = Math.hypot(flow.width, flow.height);
  const perSecond = 1 / (diagonal * seconds);
  return {
    unexplained: flow.unexplained,
    motion: meanLength(flow) * perSecond,
    cameraMotion: camera.displacement * perSecond,
    pan: [camera.panX * perSecond, camera.panY * perSecond],
    zoom: camera.zoom / seconds,
    roll: camera.roll / seconds,
    subjectMotion: regions.displacement * perSecond,
    movingShare: regions.share,
    subjects: regions.count,
  };
}

function coloursOf({ width, height, chroma }: SmallPicture): Uint8Array {
  const size = width * height;
  return Uint8Array.from([0, 1].flatMap((i) => {
    const data = chroma.subarray(i * size, (i + 1) * size);
    return [...quartered(thumbnailOf({ width, height, data }))];
  }));
}

function recoloured(before: Uint8Array, after: Uint8Array): number {
  const cells = CELLS * CELLS;
  let count = 0;
  for (let i = 0; i < cells; i++) {
    const change = Math.abs(after[i]! - before[i]!) +
      Math.abs(after[cells + i]! - before[cells + i]!);
    if (change >= OTHER_COLOUR) count++;
  }
  return count / cells;
}

function meanLength({ u, v }: Flow): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) {
    sum += Math.sqrt(u[i]! * u[i]! + v[i]! * v[i]!);
  }
  return sum / u.length;
}

/** The means of two by two cells of a thumbnail. */
function quartered(thumbnail: Float32Array): Uint8Array {
  return Uint8Array.from({ length: CELLS * CELLS }, (_, i) => {
    const at = 2 * Math.floor(i / CELLS) * THUMBNAIL + 2 * (i % CELLS);
    return (thumbnail[at]! + thumbnail[at + 1]! + thumbnail[at + THUMBNAIL]! +
      thumbnail[at + THUMBNAIL + 1]!) / 4;
  });
}
