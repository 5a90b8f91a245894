import type { Plane } from "./plane.ts";

/** Pixels repeated around each level, so that a patch may leave the picture. */
export const PAD = 8;

/** A picture at one of its sizes. */
export interface Level {
  readonly width: number;
  readonly height: number;
  /** Pixels of a padded row. */
  readonly stride: number;
  /** Luma in [0,255], padded on all sides. */
  readonly luma: Float32Array;
  /** Half of the difference between the neighbours to the right and left, unpadded. */
  readonly gradientX: Float32Array;
  /** The same of those below and above. */
  readonly gradientY: Float32Array;
}

/** A picture at several sizes, each half as wide and high as the one before. */
export class Pyramid {
  readonly levels: readonly Level[];

  /** @param smallest Pixels that the shorter side of the last level has at least. */
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

  /** Takes a new picture, of the size of the first level. */
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
