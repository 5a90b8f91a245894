import { enlargement, inverse, type Matrix, project } from "./projection.ts";
import type { Texture, TextureLevel } from "./texture.ts";

/** A texture and where it is seen. */
export interface Layer {
  readonly texture: Texture;
  /** Takes the texture's square, [0,1] x [0,1], to pixels. */
  readonly matrix: Matrix;
  /**
   * What is seen beyond the square: nothing, or its rim for ever. Scenery goes
   * on, so that no camera sees its end.
   */
  readonly endless: boolean;
}

/** Pixels of one frame, `[H,W,3]`, RGB in [0,1], row-major. */
export interface Frame {
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array;
}

/**
 * Draws a layer over a frame: trilinear from the texture's levels, so that
 * nothing flickers while it grows or shrinks.
 */
export function paint(frame: Frame, { texture, matrix, endless }: Layer): void {
  const bounds = endless
    ? [0, 0, frame.width, frame.height] as const
    : boundsOf(matrix, frame);
  if (bounds === undefined) return;
  const [left, top, right, bottom] = bounds;
  const { levels } = texture;
  const { width, height } = levels[0]!;
  // Texels of the largest level to one pixel, half-way across the layer.
  const ratio = Math.sqrt(width * height / enlargement(matrix, 0.5, 0.5));
  const detail = Math.max(0, Math.log2(ratio));
  const fine = Math.min(Math.floor(detail), levels.length - 1);
  const near = levels[fine]!;
  const far = levels[fine + 1] ?? near;
  const share = far === near ? 0 : detail - fine;

  const [a, b, c, d, e, f, g, h, i] = inverse(matrix);
  const out = frame.data;
  const texel = new Float64Array(4);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const [px, py] = [x + 0.5, y + 0.5];
      const w = g * px + h * py + i;
      if (w <= 0) continue; // beyond the horizon
      const k = 1 / w;
      let s = (a * px + b * py + c) * k;
      let t = (d * px + e * py + f) * k;
      if (s < 0 || s > 1 || t < 0 || t > 1) {
        if (!endless) continue;
        s = s < 0 ? 0 : s > 1 ? 1 : s;
        t = t < 0 ? 0 : t > 1 ? 1 : t;
      }
      texel.fill(0);
      addTexel(texel, near, s, t, 1 - share);
      if (share > 0) addTexel(texel, far, s, t, share);
      const alpha = texel[3]!;
      if (alpha === 0) continue;
      const at = (y * frame.width + x) * 3;
      out[at] = out[at]! * (1 - alpha) + texel[0]!;
      out[at + 1] = out[at + 1]! * (1 - alpha) + texel[1]!;
      out[at + 2] = out[at + 2]! * (1 - alpha) + texel[2]!;
    }
  }
}

/** Adds what a level shows at a place of the square, between four texels. */
function addTexel(
  texel: Float64Array,
  { width, height, data }: TextureLevel,
  s: number,
  t: number,
  weight: number,
): void {
  const x = Math.min(Math.max(s * width - 0.5, 0), width - 1);
  const y = Math.min(Math.max(t * height - 0.5, 0), height - 1);
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - x0, y - y0];
  const at = (y0 * width + x0) * 4;
  const right = x0 + 1 < width ? 4 : 0;
  const below = y0 + 1 < height ? width * 4 : 0;
  const scale = weight / 255;
  const w11 = fx * fy * scale;
  const w01 = fx * scale - w11;
  const w10 = fy * scale - w11;
  const w00 = scale - w01 - w10 - w11;
  for (let c = 0; c < 4; c++) {
    texel[c]! += data[at + c]! * w00 + data[at + right + c]! * w01 +
      data[at + below + c]! * w10 + data[at + below + right + c]! * w11;
  }
}

/** Pixels that a layer may touch, or undefined if there are none. */
function boundsOf(
  matrix: Matrix,
  { width, height }: Frame,
): readonly [number, number, number, number] | undefined {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (const [s, t] of CORNERS) {
    const corner = project(matrix, s, t);
    // Partly behind the eye: it may be seen anywhere.
    if (corner === undefined) return [0, 0, width, height];
    left = Math.min(left, corner[0]);
    right = Math.max(right, corner[0]);
    top = Math.min(top, corner[1]);
    bottom = Math.max(bottom, corner[1]);
  }
  left = Math.max(0, Math.floor(left));
  top = Math.max(0, Math.floor(top));
  right = Math.min(width, Math.ceil(right));
  bottom = Math.min(height, Math.ceil(bottom));
  return left < right && top < bottom ? [left, top, right, bottom] : undefined;
}

const CORNERS = [[0, 0], [1, 0], [0, 1], [1, 1]] as const;
