import type { ClipShape } from "../batches/clip_source.ts";
import type { Homography } from "./_homography.ts";

/** A point or a displacement in the world; see {@link CameraPose}. */
export type Vector = readonly [number, number, number];

/**
 * The pose of the camera. The unit of the world is the shorter side of the frame
 * on the plane z = 0 for the camera at rest: x to the right, y down, z away from
 * the camera, the origin at the centre of the frame.
 */
export interface CameraPose {
  /** Offset from the position at rest, (0, 0, -CAMERA_DISTANCE). */
  readonly offset: Vector;
  /** To the right, radians. */
  readonly yaw: number;
  /** Down, radians. */
  readonly pitch: number;
  /** Clockwise, radians. */
  readonly roll: number;
  /** Factor on the focal length. */
  readonly zoom: number;
}

/** From the camera at rest to the plane z = 0: a field of view of 45 degrees. */
export const CAMERA_DISTANCE = 1.2;

/** A parallelogram in the world: `origin + s x across + t x down`, s and t in [0,1]. */
export interface Plane {
  readonly origin: Vector;
  readonly across: Vector;
  readonly down: Vector;
}

/** The map from (s, t) of a plane to pixels, by central projection. */
export function planeToPixels(
  { origin, across, down }: Plane,
  pose: CameraPose,
  { width, height }: Pick<ClipShape, "width" | "height">,
): Homography {
  const focal = Math.min(width, height) * CAMERA_DISTANCE * pose.zoom;
  const rotation = rotationOf(pose);
  const [x, y, z] = pose.offset;
  const column = ([vx, vy, vz]: Vector): Vector => {
    const [a, b, c] = rotate(rotation, vx, vy, vz);
    return [focal * a + c * width / 2, focal * b + c * height / 2, c];
  };
  const [s, t, o] = [
    column(across),
    column(down),
    column([origin[0] - x, origin[1] - y, origin[2] - z + CAMERA_DISTANCE]),
  ];
  return [s[0], t[0], o[0], s[1], t[1], o[1], s[2], t[2], o[2]];
}

/** World to camera: yaw about y, then pitch about x, then roll about z. */
function rotationOf({ yaw, pitch, roll }: CameraPose): Homography {
  const [cy, sy] = [Math.cos(yaw), Math.sin(yaw)];
  const [cp, sp] = [Math.cos(pitch), Math.sin(pitch)];
  const [cr, sr] = [Math.cos(roll), Math.sin(roll)];
  // Rows of pitch x yaw.
  const a: Vector = [cy, 0, -sy];
  const b: Vector = [-sp * sy, cp, -sp * cy];
  const c: Vector = [cp * sy, sp, cp * cy];
  // Rolling the camera clockwise rotates the image counter-clockwise.
  return [
    cr * a[0] + sr * b[0],
    cr * a[1] + sr * b[1],
    cr * a[2] + sr * b[2],
    -sr * a[0] + cr * b[0],
    -sr * a[1] + cr * b[1],
    -sr * a[2] + cr * b[2],
    ...c,
  ];
}

function rotate(m: Homography, x: number, y: number, z: number): Vector {
  return [
    m[0] * x + m[1] * y + m[2] * z,
    m[3] * x + m[4] * y + m[5] * z,
    m[6] * x + m[7] * y + m[8] * z,
  ];
}
