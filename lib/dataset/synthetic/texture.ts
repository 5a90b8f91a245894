import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";

/** One size of a texture. */
export interface TextureLevel {
  readonly width: number;
  readonly height: number;
  /** `[H,W,4]`, RGB premultiplied by alpha, all in [0,255]. */
  readonly data: Uint8Array;
}

/** A picture to be drawn at any size: itself, half as large, and so on. */
export interface Texture {
  /** The largest first. */
  readonly levels: readonly TextureLevel[];
  /** Covered area, as a share of the whole square. */
  readonly cover: number;
  /**
   * Corners of the convex hull of what is covered, `[N,2]`, each coordinate in
   * [0,1] of the square: the box round the picture follows from them, however
   * it is turned.
   */
  readonly hull: readonly (readonly [number, number])[];
}

/** Alpha from which a pixel counts as covered. */
const COVERED = 128;

/**
 * Draws a texture with a canvas.
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
  return textureOf({ width, height, data: new Uint8Array(data.buffer) });
}

/** A texture from its largest level. */
export function textureOf(largest: TextureLevel): Texture {
  const levels = [largest];
  for (let level = largest; level.width > 1 && level.height > 1;) {
    level = halved(level);
    levels.push(level);
  }
  let cover = 0;
  for (let i = 3; i < largest.data.length; i += 4) cover += largest.data[i]!;
  return {
    levels,
    cover: cover / 255 / (largest.width * largest.height),
    hull: hullOf(largest),
  };
}

/** Each pixel the mean of four; an odd last row or column is left out. */
function halved({ width, height, data }: TextureLevel): TextureLevel {
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

/** Andrew's monotone chain over the outermost covered pixels of each row. */
function hullOf(
  { width, height, data }: TextureLevel,
): (readonly [number, number])[] {
  const edges: [number, number][] = [];
  for (let y = 0; y < height; y++) {
    let [left, right] = [width, -1];
    for (let x = 0; x < width; x++) {
      if (data[(y * width + x) * 4 + 3]! < COVERED) continue;
      left = Math.min(left, x);
      right = x;
    }
    if (right < 0) continue;
    for (const x of [left / width, (right + 1) / width]) {
      edges.push([x, y / height], [x, (y + 1) / height]);
    }
  }
  edges.sort(([ax, ay], [bx, by]) => ax - bx || ay - by);
  const half = (points: [number, number][]): [number, number][] => {
    const chain: [number, number][] = [];
    for (const p of points) {
      while (
        chain.length > 1 && turn(chain.at(-2)!, chain.at(-1)!, p) <= 0
      ) chain.pop();
      chain.push(p);
    }
    return chain.slice(0, -1);
  };
  return [...half(edges), ...half(edges.toReversed())];
}

/** Above 0 where the way a -> b -> c turns towards larger y. */
function turn(
  [ax, ay]: [number, number],
  [bx, by]: [number, number],
  [cx, cy]: [number, number],
): number {
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
}
