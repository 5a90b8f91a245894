import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import { pixels } from "lib/models/text_to_video/mod.ts";
import { assertClose, eagerly } from "../_eager.ts";

Deno.test("pixels of a block become channels of a cell, and come back", () => {
  const settings = { space: 2, time: 2 };
  const clips = new Rng(1).normals([2, 4, 4, 6, 3]);
  const { mean, back } = eagerly({ clips }, ({ clips }) => {
    const { mean } = pixels.encode({}, clips, settings);
    return { mean, back: pixels.decode({}, mean, settings) };
  });
  assert.deepEqual(mean.shape, [2, 2, 2, 3, pixels.latentChannels(settings)]);
  assertClose(back, clips, 1e-6);
  // The first cell begins with the first pixel, from 0..1 to -1..1.
  assert.ok(Math.abs(mean.data[0]! - (2 * clips.data[0]! - 1)) < 1e-6);
});
