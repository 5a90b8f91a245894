import { enlargement, inverse, type Matrix, project } from "./_projection.ts";
import type { Texture, TextureLevel } from "./_texture.ts";

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
  /** Which of the take's subjects it is; absent for everything else. */
  readonly subject?: number;
  /** Whether it hangs in the air, as rain does: no thing with a place. */
  readonly veil?: boolean;
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
  const detail = Math.log2(ratio);

  const [a, b, c, d, e, f, g, h, i] = inverse(matrix);
  // In perspective, areas shrink with the third power of the distance, 1 / w;
  // that of a row's middle does for all of the row.
  const perspective = Math.abs(g) + Math.abs(h) > 1e-9;
  const middle = matrix[6] * 0.5 + matrix[7] * 0.5 + matrix[8];
  let [near, far, share] = between(levels, detail);
  const out = frame.data;
  const texel = new Float64Array(4);
  for (let y = top; y < bottom; y++) {
    if (perspective) {
      const w = g * frame.width / 2 + h * (y + 0.5) + i;
      if (w > 0) {
        [near, far, share] = between(
          levels,
          detail - 1.5 * Math.log2(w * middle),
        );
      }
    }
    for (let x = left; x < right; x++) {
      const px = x + 0.5;
      const py = y + 0.5;
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
      texel[0] =
        texel[1] =
        texel[2] =
        texel[3] =
          0;
      addTexel(texel, near, s, t, 1 - share);
      if (share > 0) addTexel(texel, far, s, t, share);
      const alpha = texel[3]!;
      if (alpha === 0) continue;
      const at = (y * frame.width + x) * 3;
      // Rounding may leave a trace above 1.
      const behind = 1 - alpha;
      out[at] = Math.min(1, out[at]! * behind + texel[0]!);
      out[at + 1] = Math.min(1, out[at + 1]! * behind + texel[1]!);
      out[at + 2] = Math.min(1, out[at + 2]! * behind + texel[2]!);
    }
  }
}

/** The two levels next to a degree of detail, and the share of the second. */
function between(
  levels: readonly TextureLevel[],
  detail: number,
): [TextureLevel, TextureLevel, number] {
  const last = levels.length - 1;
  if (detail <= 0) return [levels[0]!, levels[0]!, 0];
  if (detail >= last) return [levels[last]!, levels[last]!, 0];
  const fine = Math.floor(detail);
  return [levels[fine]!, levels[fine + 1]!, detail - fine];
}

/** Adds what a level shows at a place of the square, between four texels. */
function addTexel(
  texel: Float64Array,
  { width, height, data }: TextureLevel,
  s: number,
  t: number,
  weight: number,
): void {
  let x = s * width - 0.5;
  let y = t * height - 0.5;
  x = x < 0 ? 0 : x > width - 1 ? width - 1 : x;
  y = y < 0 ? 0 : y > height - 1 ? height - 1 : y;
  const x0 = x | 0;
  const y0 = y | 0;
  const fx = x - x0;
  const fy = y - y0;
  const a = (y0 * width + x0) * 4;
  const b = x0 + 1 < width ? a + 4 : a;
  const below = y0 + 1 < height ? width * 4 : 0;
  const c = a + below;
  const d = b + below;
  const scale = weight / 255;
  const wd = fx * fy * scale;
  const wb = fx * scale - wd;
  const wc = fy * scale - wd;
  const wa = scale - wb - wc - wd;
  // Written out: this is where the time goes.
  texel[0]! += data[a]! * wa + data[b]! * wb + data[c]! * wc + data[d]! * wd;
  texel[1]! += data[a + 1]! * wa + data[b + 1]! * wb + data[c + 1]! * wc +
    data[d + 1]! * wd;
  texel[2]! += data[a + 2]! * wa + data[b + 2]! * wb + data[c + 2]! * wc +
    data[d + 2]! * wd;
  texel[3]! += data[a + 3]! * wa + data[b + 3]! * wb + data[c + 3]! * wc +
    data[d + 3]! * wd;
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
