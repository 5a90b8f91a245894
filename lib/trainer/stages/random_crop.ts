import { CHANNELS, type Clip, type Rng } from "../../core/mod.ts";
import type { GridSize } from "../../models/vae/mod.ts";

/** The size of a crop of clips: that of the clips where they are smaller. */
export function cropSize(clip: GridSize, crop: GridSize | undefined): GridSize {
  return {
    frames: Math.min(clip.frames, crop?.frames ?? Infinity),
    height: Math.min(clip.height, crop?.height ?? Infinity),
    width: Math.min(clip.width, crop?.width ?? Infinity),
  };
}

/**
 * A part of a clip at a random place in time and space.
 *
 * @param size At most that of the clip.
 */
export function randomCrop(clip: Clip, size: GridSize, rng: Rng): Clip {
  const { frames, height, width } = size;
  const place = (whole: number, part: number): number =>
    whole === part ? 0 : rng.integer(whole - part + 1);
  const t0 = place(clip.frames, frames);
  const y0 = place(clip.height, height);
  const x0 = place(clip.width, width);
  const row = width * CHANNELS;
  const data = new Float32Array(frames * height * row);
  for (let t = 0; t < frames; t++) {
    for (let y = 0; y < height; y++) {
      const from = (((t0 + t) * clip.height + y0 + y) * clip.width + x0) *
        CHANNELS;
      data.set(clip.data.subarray(from, from + row), (t * height + y) * row);
    }
  }
  return { frames, height, width, fps: clip.fps, data };
}
