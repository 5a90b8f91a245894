import { areaScale, type Homography, inverse, project } from "./_homography.ts";
import type { MipLevel, Texture } from "./_texture.ts";

/** A texture and its place in the frame. */
export interface Layer {
  readonly texture: Texture;
  /** Maps the texture, [0,1] x [0,1], to pixels. */
  readonly toPixels: Homography;
  /**
   * Whether coordinates are clamped to the texture, so that its border extends
   * to infinity; otherwise the layer is transparent beyond the texture.
   */
  readonly clamps: boolean;
  /** Index of the subject of the scene; absent for all other layers. */
  readonly subject?: number;
  /** Whether it is weather, which has no optical flow and hides nothing. */
  readonly isWeather?: boolean;
}

/** Pixels of one frame, `[H,W,3]`, RGB in [0,1], row-major. */
export interface Frame {
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array;
}

/**
 * Draws a layer over a frame with trilinear filtering, which avoids flicker under
 * scaling.
 */
export function composite(
  frame: Frame,
  { texture, toPixels, clamps }: Layer,
): void {
  const bounds = clamps
    ? [0, 0, frame.width, frame.height] as const
    : boundsOf(toPixels, frame);
  if (bounds === undefined) return;
  const [left, top, right, bottom] = bounds;
  const { levels } = texture;
  const { width, height } = levels[0]!;
  // Texels of the largest level per pixel, at the centre of the layer.
  const ratio = Math.sqrt(width * height / areaScale(toPixels, 0.5, 0.5));
  const detail = Math.log2(ratio);

  const [a, b, c, d, e, f, g, h, i] = inverse(toPixels);
  // In perspective, areas shrink with the third power of the distance, 1 / w; the
  // distance at the centre of a row serves for the whole row.
  const perspective = Math.abs(g) + Math.abs(h) > 1e-9;
  const middle = toPixels[6] * 0.5 + toPixels[7] * 0.5 + toPixels[8];
  let [near, far, share] = levelsAt(levels, detail);
  const out = frame.data;
  const texel = new Float64Array(4);
  for (let y = top; y < bottom; y++) {
    if (perspective) {
      const w = g * frame.width / 2 + h * (y + 0.5) + i;
      if (w > 0) {
        [near, far, share] = levelsAt(
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
        if (!clamps) continue;
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
      const behind = 1 - alpha; // below, rounding may exceed 1
      out[at] = Math.min(1, out[at]! * behind + texel[0]!);
      out[at + 1] = Math.min(1, out[at + 1]! * behind + texel[1]!);
      out[at + 2] = Math.min(1, out[at + 2]! * behind + texel[2]!);
    }
  }
}

/** The two levels around a level of detail, and the weight of the second. */
function levelsAt(
  levels: readonly MipLevel[],
  detail: number,
): [MipLevel, MipLevel, number] {
  const last = levels.length - 1;
  if (detail <= 0) return [levels[0]!, levels[0]!, 0];
  if (detail >= last) return [levels[last]!, levels[last]!, 0];
  const fine = Math.floor(detail);
  return [levels[fine]!, levels[fine + 1]!, detail - fine];
}

/** Adds a bilinear sample of a level. */
function addTexel(
  texel: Float64Array,
  { width, height, data }: MipLevel,
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
  // Unrolled: the hottest loop of rendering.
  texel[0]! += data[a]! * wa + data[b]! * wb + data[c]! * wc + data[d]! * wd;
  texel[1]! += data[a + 1]! * wa + data[b + 1]! * wb + data[c + 1]! * wc +
    data[d + 1]! * wd;
  texel[2]! += data[a + 2]! * wa + data[b + 2]! * wb + data[c + 2]! * wc +
    data[d + 2]! * wd;
  texel[3]! += data[a + 3]! * wa + data[b + 3]! * wb + data[c + 3]! * wc +
    data[d + 3]! * wd;
}

/** The pixels that a layer may cover: left, top, right, bottom; undefined if none. */
function boundsOf(
  toPixels: Homography,
  { width, height }: Frame,
): readonly [number, number, number, number] | undefined {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (const [s, t] of CORNERS) {
    const corner = project(toPixels, s, t);
    // Partly behind the camera: it may cover any pixel.
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
