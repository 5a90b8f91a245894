import assert from "node:assert/strict";
import { colourFeatures } from "lib/evaluation/mod.ts";

Deno.test("colourFeatures() are the mean colours of the parts of the picture, over time", () => {
  const [frames, height, width] = [2, 4, 8];
  const data = new Float32Array(frames * height * width * 3);
  for (let t = 0; t < frames; t++) {
    for (let x = 0; x < width; x++) {
      // The first row: red rises with x, green is that of the second frame alone.
      const at = (t * height * width + x) * 3;
      data[at] = x / 8;
      data[at + 1] = t;
    }
  }
  const found = colourFeatures({ frames, height, width, data });
  assert.equal(found.length, 48);
  assert.deepEqual(found.slice(0, 12), [
    ...[0.5 / 8, 0.5, 0],
    ...[2.5 / 8, 0.5, 0],
    ...[4.5 / 8, 0.5, 0],
    ...[6.5 / 8, 0.5, 0],
  ]);
  assert.deepEqual(found.slice(12), new Array(36).fill(0));
});

Deno.test("colourFeatures() are zero for parts without pixels", () => {
  const data = Float32Array.of(1, 1, 1);
  const found = colourFeatures({ frames: 1, height: 1, width: 1, data });
  assert.deepEqual(found, [1, 1, 1, ...new Array(45).fill(0)]);
});
