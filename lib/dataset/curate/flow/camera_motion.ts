import type { Flow } from "./optical_flow.ts";

/** Pixels between the places at which a flow is looked at. */
export const GRID = 4;

/** How the camera moves from one picture to the next: an affine model of the flow. */
export interface CameraMotion {
  /** Pixels that the middle of the picture moves to the right: the camera pans left. */
  readonly panX: number;
  /** Pixels that it moves down. */
  readonly panY: number;
  /** Growth of the picture: 0.01 = 1 % larger. */
  readonly zoom: number;
  /** Turn of the picture, radians clockwise. */
  readonly roll: number;
  /** Root mean square of the model's displacement over the picture, pixels. */
  readonly displacement: number;
  /** `[u0, u per x, u per y, v0, v per x, v per y]`, x and y in pixels from the middle. */
  readonly model: readonly [number, number, number, number, number, number];
}

/** Rounds of reweighting. */
const ROUNDS = 8;
/** Residual at which a place counts a quarter, pixels: in the first round and in the last. */
const FIRST_SCALE = 4;
const LAST_SCALE = 0.5;
/**
 * What a plain place counts: little beside one that shows how it moves, but a
 * large plain background outweighs one small thing that moves before it.
 */
const UNCERTAIN = 0.5;

/**
 * Fits what most of a flow agrees on: an affine model, by least squares that
 * are reweighted by Geman and McClure's function, from the median outwards, so
 * that moving things do not pull at it.
 *
 * @example
 * ```ts
 * import { fitCamera } from "lib/dataset/curate/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const [width, height] = [32, 24];
 * const u = new Float32Array(width * height).fill(2); // all moves 2 to the right,
 * for (let i = 0; i < 100; i++) u[i] = -5; // but for a corner
 * const { panX, zoom } = fitCamera({
 *   width, height, u, v: u.map(() => 0), certain: new Uint8Array(768).fill(1), unexplained: 0,
 * });
 * assert.ok(Math.abs(panX - 2) < 0.01 && Math.abs(zoom) < 1e-3);
 * ```
 */
export function fitCamera(flow: Flow): CameraMotion {
  const { width, height, u, v, certain } = flow;
  const middleX = (width - 1) / 2, middleY = (height - 1) / 2;
  let model: Affine = [median(flow, u), 0, 0, median(flow, v), 0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const scale = FIRST_SCALE *
      (LAST_SCALE / FIRST_SCALE) ** (round / (ROUNDS - 1));
    const [u0, ux, uy, v0, vx, vy] = model;
    let n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
    let a0 = 0, a1 = 0, a2 = 0, b0 = 0, b1 = 0, b2 = 0;
    for (let row = GRID >> 1; row < height; row += GRID) {
      const y = row - middleY;
      for (let column = GRID >> 1; column < width; column += GRID) {
        const x = column - middleX;
        const at = row * width + column;
        const du = u[at]!, dv = v[at]!;
        const ru = du - u0 - ux * x - uy * y;
        const rv = dv - v0 - vx * x - vy * y;
        const ratio = 1 + (ru * ru + rv * rv) / (scale * scale);
        const trust = certain[at] === 1 ? 1 : UNCERTAIN;
        const w = trust / (ratio * ratio);
        n += w;
        sx += w * x;
        sy += w * y;
        sxx += w * x * x;
        sxy += w * x * y;
        syy += w * y * y;
        a0 += w * du;
        a1 += w * du * x;
        a2 += w * du * y;
        b0 += w * dv;
        b1 += w * dv * x;
        b2 += w * dv * y;
      }
    }
    const normal: Symmetric = [n, sx, sy, sxx, sxy, syy];
    const forU = solve(normal, [a0, a1, a2]);
    const forV = solve(normal, [b0, b1, b2]);
    if (forU === undefined || forV === undefined) break;
    model = [...forU, ...forV];
  }
  const [u0, ux, uy, v0, vx, vy] = model;
  // The mean of x^2 over a width is width^2 / 12; all else averages out.
  const displacement = Math.sqrt(
    u0 * u0 + v0 * v0 + (ux * ux + vx * vx) * width * width / 12 +
      (uy * uy + vy * vy) * height * height / 12,
  );
  return {
    panX: u0,
    panY: v0,
    zoom: (ux + vy) / 2,
    roll: (vx - uy) / 2,
    displacement,
    model,
  };
}

type Affine = [number, number, number, number, number, number];
type Triple = [number, number, number];
/** `[11, 12, 13, 22, 23, 33]` of a symmetric 3x3 matrix. */
type Symmetric = [number, number, number, number, number, number];

function median({ width, height }: Flow, values: Float32Array): number {
  const seen: number[] = [];
  for (let row = GRID >> 1; row < height; row += GRID) {
    for (let column = GRID >> 1; column < width; column += GRID) {
      seen.push(values[row * width + column]!);
    }
  }
  return Float32Array.from(seen).sort()[seen.length >> 1]!;
}

/** Solves three equations by Cramer's rule; undefined if they are not independent. */
function solve(
  [a, b, c, d, e, f]: Symmetric,
  [p, q, r]: Triple,
): Triple | undefined {
  const aa = d * f - e * e, ab = c * e - b * f, ac = b * e - c * d;
  const determinant = a * aa + b * ab + c * ac;
  if (!(Math.abs(determinant) > 1e-9)) return undefined;
  const bb = a * f - c * c, bc = b * c - a * e, cc = a * d - b * b;
  return [
    (aa * p + ab * q + ac * r) / determinant,
    (ab * p + bb * q + bc * r) / determinant,
    (ac * p + bc * q + cc * r) / determinant,
  ];
}
