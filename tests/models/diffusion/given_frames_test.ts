import assert from "node:assert/strict";
import { float32 } from "lib/core/mod.ts";
import { keepFrames, sampleFlow } from "lib/models/diffusion/mod.ts";

// A model that predicts that x0 is 10 everywhere.
const velocity = (
  { shape, data }: ReturnType<typeof float32>,
  sigma: number,
) => Promise.resolve(float32(shape, data.map((x) => (x - 10) / sigma)));

Deno.test("keepFrames() leads frames to what is known of them, and only there", async () => {
  // Two cells of two channels in each of three frames.
  const noise = float32(
    [1, 3, 1, 2, 2],
    Array.from({ length: 12 }, (_, i) => i),
  );
  const { data } = await sampleFlow({
    velocity: keepFrames(velocity, {
      latents: float32([1, 2, 1, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
      frames: [0, 2],
      // Of the last frame, the sum of the channels alone.
      known: [undefined, float32([2, 2], [0.5, 0.5, 0.5, 0.5])],
    }),
    noise,
    sigmas: [1, 0.6, 0.2, 0],
  });
  assert.deepEqual(
    [...data].map((x) => Number(x.toFixed(3))),
    [1, 2, 3, 4, 10, 10, 10, 10, 5.5, 5.5, 7.5, 7.5],
  );
});
