import type { Plane } from "./plane.ts";

/** Replicated border of each level, pixels: patches may leave the frame. */
export const PAD = 8;

/** One level of an image pyramid. */
export interface Level {
  readonly width: number;
  readonly height: number;
  /** Pixels of a padded row. */
  readonly stride: number;
  /** Luma in [0,255], padded on all sides. */
  readonly luma: Float32Array;
  /** Central difference along x, unpadded. */
  readonly gradientX: Float32Array;
  /** Central difference along y, unpadded. */
  readonly gradientY: Float32Array;
}

/** An image pyramid: each level has half the width and height of the one before. */
export class Pyramid {
  readonly levels: readonly Level[];

  /** @param smallest Smallest shorter side of a level, pixels. */
  constructor(width: number, height: number, smallest: number) {
    const levels: Level[] = [];
    for (
      let [w, h] = [width, height];
      levels.length === 0 || Math.min(w, h) >= smallest;
      w >>= 1, h >>= 1
    ) {
      const stride = w + 2 * PAD;
      levels.push({
        width: w,
        height: h,
        stride,
        luma: new Float32Array(stride * (h + 2 * PAD)),
        gradientX: new Float32Array(w * h),
        gradientY: new Float32Array(w * h),
      });
    }
    this.levels = levels;
  }

  /** Rebuilds all levels from a frame of the size of the first. */
  fill({ data }: Plane): void {
    for (const [i, level] of this.levels.entries()) {
      if (i === 0) copyInto(level, data);
      else halveInto(level, this.levels[i - 1]!);
      padBorders(level);
      findGradients(level);
    }
  }
}

function copyInto(
  { width, height, stride, luma }: Level,
  data: ArrayLike<number>,
): void {
  for (let y = 0, from = 0; y < height; y++) {
    const to = (y + PAD) * stride + PAD;
    for (let x = 0; x < width; x++) luma[to + x] = data[from++]!;
  }
}

/** Each pixel is the mean of four. */
function halveInto(
  { width, height, stride, luma }: Level,
  { stride: above, luma: source }: Level,
): void {
  for (let y = 0; y < height; y++) {
    const to = (y + PAD) * stride + PAD;
    let from = (2 * y + PAD) * above + PAD;
    for (let x = 0; x < width; x++, from += 2) {
      luma[to + x] = 0.25 *
        (source[from]! + source[from + 1]! + source[from + above]! +
          source[from + above + 1]!);
    }
  }
}

function padBorders({ width, height, stride, luma }: Level): void {
  for (let y = PAD; y < PAD + height; y++) {
    const row = y * stride;
    luma.fill(luma[row + PAD]!, row, row + PAD);
    const end = row + PAD + width;
    luma.fill(luma[end - 1]!, end, end + PAD);
  }
  const last = (PAD + height - 1) * stride;
  for (let y = 0; y < PAD; y++) {
    luma.copyWithin(y * stride, PAD * stride, (PAD + 1) * stride);
    luma.copyWithin((PAD + height + y) * stride, last, last + stride);
  }
}

function findGradients(
  { width, height, stride, luma, gradientX, gradientY }: Level,
): void {
  for (let y = 0, to = 0; y < height; y++) {
    let at = (y + PAD) * stride + PAD;
    for (let x = 0; x < width; x++, at++, to++) {
      gradientX[to] = 0.5 * (luma[at + 1]! - luma[at - 1]!);
      gradientY[to] = 0.5 * (luma[at + stride]! - luma[at - stride]!);
    }
  }
}
