import type { ClipShape } from "../batches/clip_source.ts";
import { MOTION_KINDS } from "../vocabulary/mod.ts";
import { drawBackdrop } from "./backdrop.ts";
import { AT_REST, matrixOf, type Plane } from "./camera.ts";
import type { Layer } from "./paint.ts";
import type { Sprites } from "./sprites.ts";
import { PLANNED_SECONDS, type Subject, type Take } from "./take.ts";

/**
 * Where everything is in each frame: what is drawn, and what the truth about it
 * is computed from. The farthest layers come first; the last ones are the
 * take's subjects, in their order.
 */
export async function stageTake(
  take: Take,
  shape: ClipShape,
  sprites: Sprites,
): Promise<readonly (readonly Layer[])[]> {
  const { frames, fps, height, width } = shape;
  const side = spriteSide(Math.min(height, width));
  const textures = await Promise.all(
    take.subjects.map(({ object }) => sprites.get(object, side)),
  );
  const backdrop: Layer = {
    texture: drawBackdrop(take.backdrop, shape),
    matrix: [width, 0, 0, 0, height, 0, 0, 0, 1],
    endless: true,
  };
  const pace = Math.min(1, PLANNED_SECONDS * fps / frames);
  return Array.from({ length: frames }, (_, i) => {
    const time = (i - (frames - 1) / 2) / fps * pace;
    return [
      backdrop,
      ...take.subjects.map((subject, n): Layer => ({
        texture: textures[n]!,
        matrix: matrixOf(planeOf(subject, time, shape), AT_REST, shape),
        endless: false,
      })),
    ];
  });
}

/** Pixels of a sprite: a power of two, about as large as any is seen. */
function spriteSide(side: number): number {
  return Math.min(Math.max(2 ** Math.ceil(Math.log2(side * 0.75)), 32), 512);
}

/** Where a subject is, `time` seconds from half-way. */
function planeOf(
  { motion, x, y, size, speed }: Subject,
  time: number,
  { width, height }: ClipShape,
): Plane {
  const short = Math.min(width, height);
  const kind = MOTION_KINDS[motion];
  const way = speed * time;
  const half = size / 2 * 2 ** (kind.growth * way);
  const angle = kind.turn * way * 2 * Math.PI;
  const [c, s] = [Math.cos(angle) * half, Math.sin(angle) * half];
  const [cx, cy] = [
    x * width / short + kind.x * way,
    y * height / short + kind.y * way,
  ];
  return {
    origin: [cx - c + s, cy - s - c, 0],
    across: [2 * c, 2 * s, 0],
    down: [-2 * s, 2 * c, 0],
  };
}
