import type { Clip } from "lib/core/mod.ts";
import { clipOf } from "../../dataset/_video_fixture.ts";
import { bumps } from "../../dataset/curate/_planes.ts";

/** A patterned surface that moves to the right: a shot that is kept. */
export function movingClip(
  seed: number,
  { frames = 12, height = 72, width = 128, fps = 10 } = {},
): Clip {
  const surface = bumps(seed);
  return clipOf(
    { frames, height, width, fps },
    (i, y, x) => Array(3).fill(surface(x - i, y) / 255),
  );
}
