import * as z from "zod";
import type { ClipShape } from "../../dataset/batches/mod.ts";
import {
  CAMERA_MOVES,
  MOTION_IDS,
  OBJECT_KINDS,
  PAINTS,
} from "../../dataset/vocabulary/mod.ts";

/** Classification tasks: the network gives a clip one class of each. */
export const WORLD_TASKS = ["object", "colour", "motion", "camera"] as const;

/** Name of a task. */
export type WorldTask = typeof WORLD_TASKS[number];

const names = z.array(z.string().min(1)).min(1);

/** Configuration of a world3d network. */
export const world3dConfigSchema = z.strictObject({
  frames: z.int().multipleOf(4).min(8).describe("frames of a clip, T"),
  size: z.int().multipleOf(16).min(32).describe("height and width in pixels"),
  fps: z.number().positive().describe("frames per second of the clips"),
  stills: z.int().min(1).describe(
    "frames, evenly spread, that the appearance path takes",
  ),
  still: z.tuple([z.int().min(8), z.int().min(8), z.int().min(8)]).describe(
    "channels of the appearance path at 1/4, 1/8 and 1/16 of the size",
  ),
  motion: z.tuple([z.int().min(8), z.int().min(8), z.int().min(8)]).describe(
    "channels of the motion path at 1/4, 1/8 and 1/16 of the size",
  ),
  features: z.tuple([z.int().min(8), z.int().min(8)]).describe(
    "features of a clip by its appearance and by its motion; D is their sum",
  ),
  classes: z.strictObject({
    object: names,
    colour: names,
    motion: names,
    camera: names,
  }).describe("names of the classes, in the order of the outputs"),
}).refine(
  ({ frames, stills }) => stills <= frames,
  "stills must be at most frames",
);

/** Configuration of a world3d network, checked. */
export type World3dConfig = z.infer<typeof world3dConfigSchema>;

/** Configuration of the network that is shipped. */
export const WORLD3D: World3dConfig = {
  frames: 16,
  size: 64,
  fps: 8,
  // The middle frame: it is classified as well as several are.
  stills: 1,
  still: [64, 128, 192],
  motion: [32, 96, 160],
  features: [128, 64],
  classes: {
    object: OBJECT_KINDS.map(({ id }) => id),
    colour: Object.keys(PAINTS),
    motion: [...MOTION_IDS],
    camera: Object.keys(CAMERA_MOVES),
  },
};

/** Shape of the clips that a network takes. */
export function shapeOf({ frames, size, fps }: World3dConfig): ClipShape {
  return { frames, height: size, width: size, fps };
}

/**
 * Frames that the appearance path takes: the middles of equal parts of a clip.
 */
export function stillFrames(frames: number, stills: number): number[] {
  return Array.from(
    { length: stills },
    (_, i) => Math.floor((i + 0.5) * frames / stills),
  );
}
