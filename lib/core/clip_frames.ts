import { CHANNELS, type Clip } from "./clip.ts";

/**
 * The frames of a clip from one up to, but not with, another.
 *
 * @example
 * ```ts
 * import { cutClip } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const clip = { frames: 3, height: 1, width: 1, fps: 8, data: Float32Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2) };
 * assert.deepEqual([...cutClip(clip, 1, 2).data], [1, 1, 1]);
 * ```
 */
export function cutClip(clip: Clip, from: number, to: number): Clip {
  const size = clip.height * clip.width * CHANNELS;
  return {
    ...clip,
    frames: to - from,
    data: clip.data.slice(from * size, to * size),
  };
}

/** A clip of the frames of one, then those of another of its size. */
export function joinClips(a: Clip, b: Clip): Clip {
  const data = new Float32Array(a.data.length + b.data.length);
  data.set(a.data);
  data.set(b.data, a.data.length);
  return { ...a, frames: a.frames + b.frames, data };
}

/** A clip whose frames from one on are those of another of its size. */
export function pasteClip(clip: Clip, part: Clip, from: number): Clip {
  const data = clip.data.slice();
  data.set(part.data, from * clip.height * clip.width * CHANNELS);
  return { ...clip, data };
}

/** The first frame of a clip, shown so many times. */
export function stillClip(clip: Clip, frames: number): Clip {
  const picture = cutClip(clip, 0, 1).data;
  const data = new Float32Array(picture.length * frames);
  for (let t = 0; t < frames; t++) data.set(picture, t * picture.length);
  return { ...clip, frames, data };
}
