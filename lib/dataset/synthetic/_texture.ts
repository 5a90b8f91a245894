import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";

/** One level of a mipmap. */
export interface MipLevel {
  readonly width: number;
  readonly height: number;
  /** `[H,W,4]`, RGB premultiplied by alpha, all in [0,255]. */
  readonly data: Uint8Array;
}

/** A mipmap: each level has half the size of the one before. */
export interface Texture {
  /** The largest first. */
  readonly levels: readonly MipLevel[];
}

/**
 * Draws a texture on a canvas.
 *
 * @param draw Draws on a transparent canvas of `width` x `height` pixels.
 */
export function drawTexture(
  width: number,
  height: number,
  draw: (context: SKRSContext2D) => void,
): Texture {
  const context = createCanvas(width, height).getContext("2d");
  draw(context);
  const { data } = context.getImageData(0, 0, width, height);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]!;
    if (alpha === 255) continue;
    for (let c = 0; c < 3; c++) {
      data[i + c] = Math.round(data[i + c]! * alpha / 255);
    }
  }
  let level: MipLevel = { width, height, data: new Uint8Array(data.buffer) };
  const levels = [level];
  while (level.width > 1 && level.height > 1) {
    level = halved(level);
    levels.push(level);
  }
  return { levels };
}

/** Means over 2x2 pixels; an odd last row or column is dropped. */
function halved({ width, height, data }: MipLevel): MipLevel {
  const [w, h] = [width >> 1, height >> 1];
  const half = new Uint8Array(w * h * 4);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const from = (2 * y * width + 2 * x) * 4;
      for (let c = 0; c < 4; c++) {
        const sum = data[from + c]! + data[from + 4 + c]! +
          data[from + width * 4 + c]! + data[from + width * 4 + 4 + c]!;
        half[(y * w + x) * 4 + c] = (sum + 2) >> 2;
      }
    }
  }
  return { width: w, height: h, data: half };
}
