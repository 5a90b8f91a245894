import type { ClipShape } from "../batches/clip_source.ts";
import { MOTION_KINDS } from "../vocabulary/mod.ts";
import {
  CAMERA_DISTANCE,
  type CameraPose,
  type Plane,
  planeToPixels,
} from "./_camera.ts";
import type { Layer } from "./_compositing.ts";
import { project } from "./_homography.ts";
import { type Lighting, lightingAt } from "./_light.ts";
import { SCENE_SECONDS } from "./_phase_rules.ts";
import { sceneryPlanes } from "./_scenery.ts";
import type { Subject } from "./_subjects.ts";
import { WeatherLayers } from "./_weather.ts";
import type { CameraMotion, SceneSpec } from "./scene_spec.ts";
import type { Sprite, Sprites } from "./sprites.ts";

/** The layers of one frame. */
export interface FrameLayout {
  /** The farthest first. */
  readonly layers: readonly Layer[];
  readonly lighting: Lighting;
}

/** The layers of all frames, from which clip and ground truth are computed. */
export interface SceneLayout {
  readonly frames: readonly FrameLayout[];
  /** One for each subject of the scene. */
  readonly sprites: readonly Sprite[];
}

/**
 * Computes the layers of each frame of a scene.
 *
 * @throws {RangeError} if a size is not a whole number from 1 up, or the rate
 * not above 0
 */
export async function layOutScene(
  scene: SceneSpec,
  shape: ClipShape,
  sprites: Sprites,
): Promise<SceneLayout> {
  checkShape(shape);
  const { frames, height, width } = shape;
  const shorter = Math.min(height, width);
  const subjectSprites = await Promise.all(
    scene.subjects.map(({ object }) =>
      sprites.get(object, spriteSide(shorter))
    ),
  );
  const weatherLayers = new WeatherLayers();
  const { weather, light } = scene.labels;
  const planes = [
    ...sceneryPlanes(scene.scenery, shape).map((piece) => ({
      ...piece,
      planeAt: (): Plane => piece.plane,
    })),
    ...scene.subjects.map((subject, n) => ({
      texture: subjectSprites[n]!.texture,
      clamps: false,
      subject: n,
      depth: subject.depth,
      planeAt: (time: number) => subjectPlane(subject, time, shape),
    })),
  ].sort((a, b) => b.depth - a.depth);
  const firstSubject = planes.findIndex((plane) => "subject" in plane);
  const layouts = Array.from({ length: frames }, (_, i): FrameLayout => {
    const seconds = secondsOf(i, shape);
    const time = seconds * timeScale(shape);
    const camera = cameraPose(scene.camera, time);
    const layers = planes.map(({ planeAt, ...plane }): Layer => ({
      ...plane,
      toPixels: planeToPixels(planeAt(time), camera, shape),
    }));
    const first = layers.find(({ subject }) => subject === 0)!;
    const [x, y] = project(first.toPixels, 0.5, 0.5) ??
      [width / 2, height / 2];
    return {
      layers: [
        ...layers.slice(0, firstSubject),
        ...weatherLayers.behindSubjects(weather, shape),
        ...layers.slice(firstSubject),
        ...weatherLayers.inFront(weather, shape, scene.effectsSeed, seconds),
      ],
      lighting: lightingAt(
        light,
        frames === 1 ? 0.5 : i / (frames - 1),
        scene.effectsSeed,
        { x, y },
        shorter,
      ),
    };
  });
  return { frames: layouts, sprites: subjectSprites };
}

/** The time of a frame from the middle of the clip. */
function secondsOf(frame: number, { frames, fps }: ClipShape): number {
  return (frame - (frames - 1) / 2) / fps;
}

/** Seconds of the scene per second of the clip. */
function timeScale({ frames, fps }: ClipShape): number {
  return Math.min(1, SCENE_SECONDS * fps / frames);
}

function checkShape({ frames, height, width, fps }: ClipShape): void {
  const whole = [frames, height, width].every((n) =>
    Number.isInteger(n) && n >= 1
  );
  if (whole && fps > 0 && fps < Infinity) return;
  throw new RangeError(
    "Cannot render a scene: frames, height and width must be whole numbers from 1 up and fps above 0: " +
      `current values are ${frames}, ${height}, ${width} and ${fps}`,
  );
}

/** Pixels of a sprite: a power of two, about as large as its largest image. */
function spriteSide(shorter: number): number {
  return Math.min(
    Math.max(2 ** Math.ceil(Math.log2(shorter * 0.75)), 32),
    512,
  );
}

/** The plane of a subject, `time` seconds from the middle of the scene. */
function subjectPlane(
  { motion, x, y, depth, size, speed, yawRate }: Subject,
  time: number,
  { width, height }: ClipShape,
): Plane {
  const shorter = Math.min(width, height);
  const kind = MOTION_KINDS[motion];
  const way = speed * time;
  // Subjects farther away are larger and faster, so that they look the same.
  const scale = (CAMERA_DISTANCE + depth) / CAMERA_DISTANCE;
  const half = scale * size / 2 * 2 ** (kind.growth * way);
  const angle = kind.turn * way * 2 * Math.PI;
  const [c, s] = [Math.cos(angle) * half, Math.sin(angle) * half];
  const [cy, sy] = [Math.cos(yawRate * time), Math.sin(yawRate * time)];
  const centre = [
    scale * (x * width / shorter + kind.x * way),
    scale * (y * height / shorter + kind.y * way),
    depth,
  ] as const;
  const across = [2 * c * cy, 2 * s, 2 * c * sy] as const;
  const down = [-2 * s * cy, 2 * c, -2 * s * sy] as const;
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

/** The pose of the camera, `time` seconds from the middle of the scene. */
function cameraPose(
  { move, speed, roll, pitch }: CameraMotion,
  time: number,
): CameraPose {
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
    // Pitch orbits the camera about the origin, so that it keeps facing it.
    offset: [
      0,
      -CAMERA_DISTANCE * Math.sin(pitch),
      CAMERA_DISTANCE * (1 - Math.cos(pitch)),
    ],
    yaw: turn.yaw,
    pitch: pitch + turn.pitch,
    roll,
    zoom: turn.zoom,
  };
}
