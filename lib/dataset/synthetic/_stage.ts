import type { ClipShape } from "../batches/clip_source.ts";
import { MOTION_KINDS } from "../vocabulary/mod.ts";
import { DISTANCE, matrixOf, type Plane, type View } from "./_camera.ts";
import { type Shine, shineAt } from "./_light.ts";
import type { Layer } from "./_paint.ts";
import { project } from "./_projection.ts";
import { PLANNED_SECONDS } from "./_rules.ts";
import { buildScenery } from "./_scenery.ts";
import type { Sprite, Sprites } from "./sprites.ts";
import type { Subject } from "./_subjects.ts";
import type { CameraPlan, Take } from "./take.ts";
import { Air } from "./_weather.ts";

/** One frame before it is drawn. */
export interface Moment {
  /** The farthest first. */
  readonly layers: readonly Layer[];
  readonly shine: Shine;
}

/** A take with everything in its place: what is drawn, and what is true of it. */
export interface Stage {
  readonly moments: readonly Moment[];
  /** Of each of the take's subjects. */
  readonly sprites: readonly Sprite[];
}

/**
 * Puts everything of a take in its place, frame by frame.
 *
 * @throws {RangeError} if a size is not a whole number from 1 up, or the rate
 * not above 0
 */
export async function stageTake(
  take: Take,
  shape: ClipShape,
  sprites: Sprites,
): Promise<Stage> {
  checkShape(shape);
  const { frames, height, width } = shape;
  const short = Math.min(height, width);
  const pictures = await Promise.all(
    take.subjects.map(({ object }) => sprites.get(object, spriteSide(short))),
  );
  const air = new Air();
  const { weather, light } = take.labels;
  const things = [
    ...buildScenery(take.scenery, shape).map((piece) => ({
      ...piece,
      planeAt: (): Plane => piece.plane,
    })),
    ...take.subjects.map((subject, n) => ({
      texture: pictures[n]!.texture,
      endless: false,
      subject: n,
      depth: subject.depth,
      planeAt: (time: number) => planeOf(subject, time, shape),
    })),
  ].sort((a, b) => b.depth - a.depth);
  const firstSubject = things.findIndex((thing) => "subject" in thing);
  const moments = Array.from({ length: frames }, (_, i): Moment => {
    const seconds = secondsOf(i, shape);
    const time = seconds * paceOf(shape);
    const view = viewOf(take.camera, time);
    const layers = things.map(({ planeAt, ...thing }): Layer => ({
      ...thing,
      matrix: matrixOf(planeAt(time), view, shape),
    }));
    const first = layers.find(({ subject }) => subject === 0)!;
    const [x, y] = project(first.matrix, 0.5, 0.5) ?? [width / 2, height / 2];
    return {
      layers: [
        ...layers.slice(0, firstSubject),
        ...air.behind(weather, shape),
        ...layers.slice(firstSubject),
        ...air.before(weather, shape, take.airSeed, seconds),
      ],
      shine: shineAt(
        light,
        frames === 1 ? 0.5 : i / (frames - 1),
        take.airSeed,
        { x, y },
        short,
      ),
    };
  });
  return { moments, sprites: pictures };
}

/** Of a frame, from half-way through the clip. */
function secondsOf(frame: number, { frames, fps }: ClipShape): number {
  return (frame - (frames - 1) / 2) / fps;
}

/** Seconds of the take's own time in one of the clip's. */
function paceOf({ frames, fps }: ClipShape): number {
  return Math.min(1, PLANNED_SECONDS * fps / frames);
}

function checkShape({ frames, height, width, fps }: ClipShape): void {
  const whole = [frames, height, width].every((n) =>
    Number.isInteger(n) && n >= 1
  );
  if (whole && fps > 0 && fps < Infinity) return;
  throw new RangeError(
    "Cannot film a take: frames, height and width must be whole numbers from 1 up and fps above 0: " +
      `current values are ${frames}, ${height}, ${width} and ${fps}`,
  );
}

/** Pixels of a sprite: a power of two, about as large as any is seen. */
function spriteSide(side: number): number {
  return Math.min(Math.max(2 ** Math.ceil(Math.log2(side * 0.75)), 32), 512);
}

/** Where a subject is, `time` seconds from half-way. */
function planeOf(
  { motion, x, y, depth, size, speed, swing }: Subject,
  time: number,
  { width, height }: ClipShape,
): Plane {
  const short = Math.min(width, height);
  const kind = MOTION_KINDS[motion];
  const way = speed * time;
  // What is farther away is larger, and goes farther: it looks the same.
  const scale = (DISTANCE + depth) / DISTANCE;
  const half = scale * size / 2 * 2 ** (kind.growth * way);
  const angle = kind.turn * way * 2 * Math.PI;
  const [c, s] = [Math.cos(angle) * half, Math.sin(angle) * half];
  const [cs, ss] = [Math.cos(swing * time), Math.sin(swing * time)];
  const centre = [
    scale * (x * width / short + kind.x * way),
    scale * (y * height / short + kind.y * way),
    depth,
  ] as const;
  const across = [2 * c * cs, 2 * s, 2 * c * ss] as const;
  const down = [-2 * s * cs, 2 * c, -2 * s * ss] as const;
  return {
    origin: [
      centre[0] - (across[0] + down[0]) / 2,
      centre[1] - (across[1] + down[1]) / 2,
      centre[2] - (across[2] + down[2]) / 2,
    ],
    across,
    down,
  };
}

/** Where the camera is and looks, `time` seconds from half-way. */
function viewOf({ move, speed, roll, pitch }: CameraPlan, time: number): View {
  const way = speed * time;
  const turn = { yaw: 0, pitch: 0, zoom: 1 };
  switch (move) {
    case "still":
      break;
    case "pan right":
      turn.yaw = way;
      break;
    case "pan left":
      turn.yaw = -way;
      break;
    case "tilt up":
      turn.pitch = -way;
      break;
    case "tilt down":
      turn.pitch = way;
      break;
    case "zoom in":
      turn.zoom = 2 ** way;
      break;
    case "zoom out":
      turn.zoom = 2 ** -way;
      break;
  }
  return {
    // From above it goes round the middle of the world, and still looks at it.
    offset: [
      0,
      -DISTANCE * Math.sin(pitch),
      DISTANCE * (1 - Math.cos(pitch)),
    ],
    yaw: turn.yaw,
    pitch: pitch + turn.pitch,
    roll,
    zoom: turn.zoom,
  };
}
