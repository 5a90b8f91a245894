import type { Flow } from "./optical_flow.ts";

/** Pixels between the places at which a flow is looked at. */
export const GRID = 4;

/** How the camera moves from one picture to the next: what most of the flow agrees on. */
export interface CameraMotion {
  /** Pixels that the middle of the picture moves to the right: the camera pans left. */
  readonly panX: number;
  /** Pixels that it moves down. */
  readonly panY: number;
  /** Growth of the picture: 0.01 = 1 % larger. */
  readonly zoom: number;
  /** Turn of the picture, radians clockwise. */
  readonly roll: number;
  /** Root mean square of what they displace, over the picture, pixels. */
  readonly displacement: number;
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
const UNCERTAIN = 0.4;

/**
 * Fits what most of a flow agrees on: pan, zoom and roll, by least squares that
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
  let panX = median(flow, u), panY = median(flow, v), zoom = 0, roll = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const scale = FIRST_SCALE *
      (LAST_SCALE / FIRST_SCALE) ** (round / (ROUNDS - 1));
    // Sums over all places, weighted: of 1, x, y, x^2 + y^2, u, v, and of the
    // products of u and v with x and y that zoom and roll consist of.
    let n = 0, sx = 0, sy = 0, sq = 0, su = 0, sv = 0, along = 0, across = 0;
    for (let row = GRID >> 1; row < height; row += GRID) {
      const y = row - middleY;
      for (let column = GRID >> 1; column < width; column += GRID) {
        const x = column - middleX;
        const at = row * width + column;
        const du = u[at]!, dv = v[at]!;
        const ru = du - panX - zoom * x + roll * y;
        const rv = dv - panY - zoom * y - roll * x;
        const ratio = 1 + (ru * ru + rv * rv) / (scale * scale);
        const trust = certain[at] === 1 ? 1 : UNCERTAIN;
        const w = trust / (ratio * ratio);
        n += w;
        sx += w * x;
        sy += w * y;
        sq += w * (x * x + y * y);
        su += w * du;
        sv += w * dv;
        along += w * (x * du + y * dv);
        across += w * (x * dv - y * du);
      }
    }
    const spread = sq - (sx * sx + sy * sy) / n;
    if (!(spread > 1e-9)) break;
    zoom = (along - (sx * su + sy * sv) / n) / spread;
    roll = (across - (sx * sv - sy * su) / n) / spread;
    panX = (su - sx * zoom + sy * roll) / n;
    panY = (sv - sy * zoom - sx * roll) / n;
  }
  // The mean of x^2 over a width is width^2 / 12; all else averages out.
  const meanSquare = (width * width + height * height) / 12;
  const displacement = Math.sqrt(
    panX * panX + panY * panY + (zoom * zoom + roll * roll) * meanSquare,
  );
  return { panX, panY, zoom, roll, displacement };
}

function median({ width, height }: Flow, values: Float32Array): number {
  const seen: number[] = [];
  for (let row = GRID >> 1; row < height; row += GRID) {
    for (let column = GRID >> 1; column < width; column += GRID) {
      seen.push(values[row * width + column]!);
    }
  }
  return Float32Array.from(seen).sort()[seen.length >> 1]!;
}
