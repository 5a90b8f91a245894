import assert from "node:assert/strict";
import { type Clip, float32 } from "lib/core/mod.ts";
import { encodeGiven } from "lib/pipeline/mod.ts";

/** Encodes a frame of one pixel to a latent frame of its red. */
const pipeline = {
  encode: (clips: readonly Clip[]) =>
    Promise.resolve(float32(
      [clips.length, clips[0]!.frames, 1, 1, 1],
      clips.flatMap(({ data }) => [...data].filter((_, i) => i % 3 === 0)),
    )),
  /** As still ones, of which half is known. */
  async encodePictures(pictures: readonly Clip[]) {
    const known = float32([1, 1], [0.5]);
    return { latents: await this.encode(pictures), known };
  },
};

function reds(...values: number[]): Clip {
  const data = Float32Array.from(values.flatMap((x) => [x, 0, 0]));
  return { frames: values.length, height: 1, width: 1, fps: 8, data };
}

Deno.test("encodeGiven() puts the parts of each clip in their places", async () => {
  const { latents, frames, known } = await encodeGiven(pipeline, [
    { clips: [reds(1, 2), reds(5, 6)], at: 0 },
    { clips: [reds(3), reds(7)], at: 4, picture: "last" },
  ]);
  assert.deepEqual(frames, [0, 1, 4]);
  assert.deepEqual(known, [undefined, undefined, float32([1, 1], [0.5])]);
  assert.deepEqual(latents, float32([2, 3, 1, 1, 1], [1, 2, 3, 5, 6, 7]));
});
