import assert from "node:assert/strict";
import type { Clip } from "lib/core/mod.ts";
import { clipMotion, motionSummary } from "lib/evaluation/mod.ts";

Deno.test("motionSummary() is the mean of the clips' motion, and counts what is left out", () => {
  const still: Clip = {
    frames: 8,
    height: 16,
    width: 16,
    fps: 8,
    data: new Float32Array(8 * 16 * 16 * 3).fill(0.5),
  };
  const flashing = {
    ...still,
    data: still.data.map((_, i) => Math.floor(i / (16 * 16 * 3)) % 2),
  };
  const found = motionSummary(
    [still, flashing].map((clip) => clipMotion(clip, { stride: 4 })),
  );
  assert.equal(found.clips, 2);
  assert.equal(found.mean.flicker, 0.5);
  assert.equal(found.seams.leftOut, 2);
  assert.deepEqual(
    [found.seamChange.median, found.seamChange.leftOut],
    [1, 1],
  );
});
