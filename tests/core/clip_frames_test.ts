import assert from "node:assert/strict";
import {
  type Clip,
  cutClip,
  joinClips,
  pasteClip,
  stillClip,
} from "lib/core/mod.ts";

/** A clip of two pixels a frame, of one grey. */
function greys(...values: number[]): Clip {
  const data = Float32Array.from(values.flatMap((x) => new Array(6).fill(x)));
  return { height: 1, width: 2, fps: 8, frames: values.length, data };
}

Deno.test("cutClip() takes frames from one up to another", () => {
  assert.deepEqual(cutClip(greys(1, 2, 3, 4), 1, 3), greys(2, 3));
});

Deno.test("joinClips() puts one clip after another", () => {
  assert.deepEqual(joinClips(greys(1, 2), greys(3)), greys(1, 2, 3));
});

Deno.test("pasteClip() replaces frames from one on, and leaves the clip as it is", () => {
  const clip = greys(1, 2, 3, 4);
  assert.deepEqual(pasteClip(clip, greys(7, 8), 1), greys(1, 7, 8, 4));
  assert.deepEqual(clip, greys(1, 2, 3, 4));
});

Deno.test("stillClip() shows the first frame of a clip so many times", () => {
  assert.deepEqual(stillClip(greys(3, 4), 3), greys(3, 3, 3));
});
