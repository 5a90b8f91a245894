import type { ClipShape } from "../batches/clip_source.ts";
import type { Matrix } from "./_projection.ts";

/** A point or a way in the world; see {@link View}. */
export type Vector = readonly [number, number, number];

/**
 * Where the camera is and looks. The world is measured in shorter sides of the
 * picture as the camera at rest shows it on the plane z = 0: x to the right, y
 * down, z away from the camera, the middle of the picture at the origin.
 */
export interface View {
  /** Of the camera, away from its place at rest, (0, 0, -DISTANCE). */
  readonly offset: Vector;
  /** To the right, down and clockwise, in radians. */
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  /** Factor on the focal length. */
  readonly zoom: number;
}

/** From the camera at rest to the plane z = 0: a mild lens, 45 degrees wide. */
export const DISTANCE = 1.2;

/** A flat piece of the world: `origin + s x across + t x down`, s and t in [0,1]. */
export interface Plane {
  readonly origin: Vector;
  readonly across: Vector;
  readonly down: Vector;
}

/** The matrix that takes (s, t) of a plane to pixels, by central projection. */
export function matrixOf(
  { origin, across, down }: Plane,
  view: View,
  { width, height }: Pick<ClipShape, "width" | "height">,
): Matrix {
  const focal = Math.min(width, height) * DISTANCE * view.zoom;
  const turn = rotationOf(view);
  const [x, y, z] = view.offset;
  const column = ([vx, vy, vz]: Vector): Vector => {
    const [a, b, c] = turned(turn, vx, vy, vz);
    return [focal * a + c * width / 2, focal * b + c * height / 2, c];
  };
  const [s, t, o] = [
    column(across),
    column(down),
    column([origin[0] - x, origin[1] - y, origin[2] - z + DISTANCE]),
  ];
  return [s[0], t[0], o[0], s[1], t[1], o[1], s[2], t[2], o[2]];
}

/** World to camera: yaw about y, then pitch about x, then roll about z. */
function rotationOf({ yaw, pitch, roll }: View): Matrix {
  const [cy, sy] = [Math.cos(yaw), Math.sin(yaw)];
  const [cp, sp] = [Math.cos(pitch), Math.sin(pitch)];
  const [cr, sr] = [Math.cos(roll), Math.sin(roll)];
  // Rows of pitch x yaw.
  const a: Vector = [cy, 0, -sy];
  const b: Vector = [-sp * sy, cp, -sp * cy];
  const c: Vector = [cp * sy, sp, cp * cy];
  // A camera rolled clockwise sees the world turn the other way.
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

function turned(m: Matrix, x: number, y: number, z: number): Vector {
  return [
    m[0] * x + m[1] * y + m[2] * z,
    m[3] * x + m[4] * y + m[5] * z,
    m[6] * x + m[7] * y + m[8] * z,
  ];
}
