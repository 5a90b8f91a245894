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
    const py = y + 0.5;
    const [sy, ty, wy] = [b * py, e * py, h * py];
    for (let x = left; x < right; x++) {
      const px = x + 0.5;
      const w = g * px + wy + i;
      if (w <= 0) continue; // beyond the horizon
      const k = 1 / w;
      let s = (a * px + sy + c) * k;
      let t = (d * px + ty + f) * k;
      if (s < 0 || s > 1 || t < 0 || t > 1) {
        if (!clamps) continue;
        s = s < 0 ? 0 : s > 1 ? 1 : s;
        t = t < 0 ? 0 : t > 1 ? 1 : t;
      }
      let [red, green, blue, alpha] = [0, 0, 0, 0];
      // The hottest loop of rendering: bilinear samples of one level or two, in
      // local variables.
      let { width, height, data } = near;
      let scale = (1 - share) / 255;
      for (;;) {
        let u = s * width - 0.5;
        let v = t * height - 0.5;
        u = u < 0 ? 0 : u > width - 1 ? width - 1 : u;
        v = v < 0 ? 0 : v > height - 1 ? height - 1 : v;
        const u0 = u | 0;
        const v0 = v | 0;
        const fu = u - u0;
        const fv = v - v0;
        const p = (v0 * width + u0) * 4;
        const q = u0 + 1 < width ? p + 4 : p;
        const below = v0 + 1 < height ? width * 4 : 0;
        const m = p + below;
        const n = q + below;
        const wn = fu * fv * scale;
        const wq = fu * scale - wn;
        const wm = fv * scale - wn;
        const wp = scale - wq - wm - wn;
        red += data[p]! * wp + data[q]! * wq + data[m]! * wm + data[n]! * wn;
        green += data[p + 1]! * wp + data[q + 1]! * wq + data[m + 1]! * wm +
          data[n + 1]! * wn;
        blue += data[p + 2]! * wp + data[q + 2]! * wq + data[m + 2]! * wm +
          data[n + 2]! * wn;
        alpha += data[p + 3]! * wp + data[q + 3]! * wq + data[m + 3]! * wm +
          data[n + 3]! * wn;
        if (share === 0 || data === far.data) break;
        ({ width, height, data } = far);
        scale = share / 255;
      }
      if (alpha === 0) continue;
      const at = (y * frame.width + x) * 3;
      const behind = 1 - alpha; // below, rounding may exceed 1
      const newRed = out[at]! * behind + red;
      const newGreen = out[at + 1]! * behind + green;
      const newBlue = out[at + 2]! * behind + blue;
      out[at] = newRed > 1 ? 1 : newRed;
      out[at + 1] = newGreen > 1 ? 1 : newGreen;
      out[at + 2] = newBlue > 1 ? 1 : newBlue;
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
