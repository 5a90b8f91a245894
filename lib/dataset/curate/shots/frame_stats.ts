import { fitCamera } from "../flow/camera_motion.ts";
import { findMovingRegions } from "../flow/moving_regions.ts";
import type { Flow } from "../flow/optical_flow.ts";
import type { SmallFrame } from "../../decode/mod.ts";
import { brightnessOf } from "../scores/brightness.ts";
import {
  perceptualHash,
  THUMBNAIL,
  thumbnailOf,
} from "../scores/perceptual_hash.ts";

/** Smallest change of both chroma values together that counts as another colour. */
const OTHER_COLOUR = 12;

/** Side of `FrameStats.cells`. */
export const CELLS = 8;

/** Change from the previous frame. Speeds are in frame diagonals per second. */
export interface FrameChange {
  /** Share of the previous frame without a match in this one, in [0,1]. */
  readonly unmatched: number;
  /** Share of the frame that changes colour, in [0,1]. */
  readonly recoloured: number;
  /** Mean flow. */
  readonly motion: number;
  /** Root mean square flow caused by the camera. */
  readonly cameraMotion: number;
  /** Motion of the frame content. */
  readonly pan: readonly [right: number, down: number];
  /** Growth of the frame content per second. */
  readonly zoom: number;
  /** Clockwise rotation of the frame content, radians per second. */
  readonly roll: number;
  /** 95th percentile of the flow relative to the camera's. */
  readonly subjectMotion: number;
  /** Share of the frame that moves relative to the camera, in [0,1]. */
  readonly movingShare: number;
  /** Regions that move relative to the camera. */
  readonly subjects: number;
}

/** Statistics of one frame. */
export interface FrameStats {
  /** Presentation time. */
  readonly seconds: number;
  /** Presentation time of the next frame. */
  endSeconds: number;
  /** False if it is damaged, or predicted from a damaged frame. */
  readonly isIntact: boolean;
  /** Mean luma, in [0,1]. */
  readonly brightness: number;
  /** Standard deviation of luma, in [0,0.5]. */
  readonly contrast: number;
  /** `[8,8]`, luma in [0,255]. */
  readonly cells: Uint8Array;
  /** `[2,8,8]`, chroma (Cb, Cr) in [0,255]. */
  readonly colours: Uint8Array;
  readonly hash: string;
  /** undefined for the first frame. */
  readonly change: FrameChange | undefined;
}

/**
 * Measures one frame and its change from the previous one.
 *
 * @param flow From the previous frame to this one.
 * @param before Statistics of the previous frame.
 *
 * @example
 * ```ts
 * import { measureFrame } from "lib/dataset/curate/shots/frame_stats.ts";
 * import assert from "node:assert/strict";
 *
 * const grey = {
 *   width: 32,
 *   height: 18,
 *   data: new Uint8Array(32 * 18).fill(51),
 *   chroma: new Uint8Array(2 * 32 * 18).fill(128),
 * };
 * const time = { seconds: 0, endSeconds: 0.04, isIntact: true };
 * const { brightness, contrast } = measureFrame(grey, undefined, time, undefined);
 * assert.deepEqual([brightness, contrast], [0.2, 0]);
 * ```
 */
export function measureFrame(
  frame: SmallFrame,
  flow: Flow | undefined,
  time: Pick<FrameStats, "seconds" | "endSeconds" | "isIntact">,
  before: FrameStats | undefined,
): FrameStats {
  const { mean, contrast } = brightnessOf(frame);
  const thumbnail = thumbnailOf(frame);
  const colours = coloursOf(frame);
  return {
    ...time,
    brightness: mean,
    contrast,
    cells: halved(thumbnail),
    colours,
    hash: perceptualHash(thumbnail),
    change: flow && before && {
      ...changeOf(flow, time.seconds - before.seconds),
      recoloured: recoloured(before.colours, colours),
    },
  };
}

function changeOf(
  flow: Flow,
  seconds: number,
): Omit<FrameChange, "recoloured"> {
  const camera = fitCamera(flow);
  const regions = findMovingRegions(flow, camera);
  const diagonal = Math.hypot(flow.width, flow.height);
  const perSecond = 1 / (diagonal * seconds);
  return {
    unmatched: flow.unmatched,
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

function coloursOf({ width, height, chroma }: SmallFrame): Uint8Array {
  const size = width * height;
  return Uint8Array.from([0, 1].flatMap((i) => {
    const data = chroma.subarray(i * size, (i + 1) * size);
    return [...halved(thumbnailOf({ width, height, data }))];
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

/** Means over 2x2 cells of a thumbnail. */
function halved(thumbnail: Float32Array): Uint8Array {
  return Uint8Array.from({ length: CELLS * CELLS }, (_, i) => {
    const at = 2 * Math.floor(i / CELLS) * THUMBNAIL + 2 * (i % CELLS);
    return (thumbnail[at]! + thumbnail[at + 1]! + thumbnail[at + THUMBNAIL]! +
      thumbnail[at + THUMBNAIL + 1]!) / 4;
  });
}
