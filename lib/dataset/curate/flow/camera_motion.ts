import type { Flow } from "./optical_flow.ts";

/** Pixels between the samples of a flow. */
export const GRID = 4;

/** Motion of the whole frame between two frames, caused by the camera. */
export interface CameraMotion {
  /** Displacement of the frame centre to the right, pixels: the camera pans left. */
  readonly panX: number;
  /** Displacement of the frame centre downwards, pixels. */
  readonly panY: number;
  /** Growth of the frame content: 0.01 = 1 % larger. */
  readonly zoom: number;
  /** Rotation of the frame content, radians clockwise. */
  readonly roll: number;
  /** Root mean square displacement over the frame, pixels. */
  readonly displacement: number;
}

/** Rounds of reweighting. */
const ROUNDS = 8;
/** Residual that reduces a weight to a quarter in the first and the last round, pixels. */
const FIRST_SCALE = 4;
const LAST_SCALE = 0.5;
/**
 * Weight of a sample without texture: small, yet a large plain background
 * outweighs a small object that moves before it.
 */
const PLAIN_WEIGHT = 0.4;

/**
 * Fits pan, zoom and roll to a flow by least squares, iteratively reweighted by
 * the Geman-McClure function from the median on, so that moving objects count
 * as outliers.
 */
export function fitCamera(flow: Flow): CameraMotion {
  const { width, height, u, v, textured } = flow;
  const middleX = (width - 1) / 2, middleY = (height - 1) / 2;
  let panX = median(flow, u), panY = median(flow, v), zoom = 0, roll = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const scale = FIRST_SCALE *
      (LAST_SCALE / FIRST_SCALE) ** (round / (ROUNDS - 1));
    // Weighted sums of 1, x, y, x^2 + y^2, u, v, x u + y v and x v - y u.
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
        const prior = textured[at] === 1 ? 1 : PLAIN_WEIGHT;
        const w = prior / (ratio * ratio);
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
  // The mean of x^2 over a width is width^2 / 12; mixed terms average to zero.
  const meanSquare = (width * width + height * height) / 12;
  const displacement = Math.sqrt(
    panX * panX + panY * panY + (zoom * zoom + roll * roll) * meanSquare,
  );
  return { panX, panY, zoom, roll, displacement };
}

function median({ width, height }: Flow, values: Float32Array): number {
  const samples: number[] = [];
  for (let row = GRID >> 1; row < height; row += GRID) {
    for (let column = GRID >> 1; column < width; column += GRID) {
      samples.push(values[row * width + column]!);
    }
  }
  return Float32Array.from(samples).sort()[samples.length >> 1]!;
}
