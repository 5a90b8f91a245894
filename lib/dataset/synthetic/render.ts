import { type Canvas, createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { CHANNELS, type Clip } from "lib/core/mod.ts";
import {
  type Actor,
  BACKGROUNDS,
  COLOURS,
  MOTIONS,
  type Scene,
  type Shape,
} from "./scene.ts";

/** Size and rate of a rendered clip. */
export interface RenderOptions {
  /** Frames, T. */
  readonly frames: number;
  /** Pixels, H. */
  readonly height: number;
  /** Pixels, W. */
  readonly width: number;
  /** Frames per second: how much of the motion passes between two frames. */
  readonly fps: number;
}

/** Distance of a star's inner corners from its centre, over that of its points. */
const STAR_WAIST = 0.45;

/**
 * Draws a scene as a clip, antialiased: always the same for the same arguments.
 *
 * Positions are those at half-time, so that a longer clip shows more of the
 * same motion to either side; a shape may leave the picture.
 *
 * @returns A clip `[T,H,W,3]`, float32, RGB in [0,1].
 * @throws {RangeError} if a size is not a whole number from 1 up, or the rate
 * not above 0
 *
 * @example
 * ```ts
 * import { clipShape } from "lib/core/mod.ts";
 * import { renderClip, sceneAt } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const clip = renderClip(sceneAt(0, 0), { frames: 16, height: 64, width: 64, fps: 8 });
 * assert.deepEqual(clipShape(clip), [16, 64, 64, 3]);
 * ```
 */
export function renderClip(scene: Scene, options: RenderOptions): Clip {
  const { frames, height, width, fps } = options;
  if (
    ![frames, height, width].every((n) => Number.isInteger(n) && n >= 1) ||
    !(fps > 0)
  ) {
    throw new RangeError(
      "Cannot render a clip: frames, height and width must be whole numbers from 1 up and fps above 0: " +
        `current values are ${frames}, ${height}, ${width} and ${fps}`,
    );
  }
  const data = new Float32Array(
    new ArrayBuffer(frames * height * width * CHANNELS * 4),
  );
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  const pixels = height * width;
  for (let i = 0; i < frames; i++) {
    drawFrame(canvas, context, scene, (i - (frames - 1) / 2) / fps);
    const rgba = context.getImageData(0, 0, width, height).data;
    for (let p = 0; p < pixels; p++) {
      for (let c = 0; c < CHANNELS; c++) {
        data[(i * pixels + p) * CHANNELS + c] = rgba[p * 4 + c]! / 255;
      }
    }
  }
  return { frames, height, width, fps, data };
}

/** @param seconds Time from half-way through the clip. */
function drawFrame(
  { width, height }: Canvas,
  context: SKRSContext2D,
  { background, actors }: Scene,
  seconds: number,
): void {
  const stops = BACKGROUNDS[background];
  const gradient = context.createLinearGradient(0, 0, 0, height);
  for (const [i, colour] of stops.entries()) {
    gradient.addColorStop(i / (stops.length - 1), colour);
  }
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, height);
  for (const actor of actors) drawActor(context, actor, width, height, seconds);
}

function drawActor(
  context: SKRSContext2D,
  { shape, colour, motion, x, y, size, speed }: Actor,
  width: number,
  height: number,
  seconds: number,
): void {
  const side = Math.min(width, height);
  const { x: right, y: down, growth } = MOTIONS[motion];
  const way = speed * seconds * side;
  // Growth is felt in ratios: twice the size in every 1 / (growth x speed) s.
  const radius = size / 2 * side * 2 ** (growth * speed * 2 * seconds);
  context.fillStyle = COLOURS[colour];
  context.beginPath();
  outline(
    context,
    shape,
    x * width + right * way,
    y * height + down * way,
    radius,
  );
  context.fill();
}

function outline(
  context: SKRSContext2D,
  shape: Shape,
  x: number,
  y: number,
  radius: number,
): void {
  switch (shape) {
    case "circle":
      context.arc(x, y, radius, 0, 2 * Math.PI);
      return;
    case "square": {
      // Of about the circle's area.
      const side = radius * Math.sqrt(Math.PI);
      context.rect(x - side / 2, y - side / 2, side, side);
      return;
    }
    case "triangle":
      return corners(context, x, y, [
        radius * 1.25,
        radius * 1.25,
        radius * 1.25,
      ]);
    case "star":
      return corners(
        context,
        x,
        y,
        Array.from(
          { length: 10 },
          (_, i) => radius * 1.2 * (i % 2 === 0 ? 1 : STAR_WAIST),
        ),
      );
  }
}

/** A polygon with corners at these distances, evenly round the centre, the first on top. */
function corners(
  context: SKRSContext2D,
  x: number,
  y: number,
  distances: readonly number[],
): void {
  for (const [i, distance] of distances.entries()) {
    const angle = 2 * Math.PI * i / distances.length - Math.PI / 2;
    context.lineTo(
      x + distance * Math.cos(angle),
      y + distance * Math.sin(angle),
    );
  }
  context.closePath();
}
