import assert from "node:assert/strict";
import { coverageImage } from "lib/dataset/captions/mod.ts";

Deno.test("coverageImage() has a cell for each name, and a rule after ten languages", () => {
  const { width, height, data } = coverageImage({
    languages: Array.from({ length: 11 }, (_, i) => `l${i}`),
    things: ["cat", "dog"],
    named: Array.from({ length: 11 }, (_, i) => [true, i === 10]),
  });
  assert.deepEqual([width, height], [6, 34]);
  const pixel = (x: number, y: number): number[] => [
    ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
  ];
  assert.deepEqual(pixel(2, 29), [46, 125, 90]);
  assert.deepEqual(pixel(3, 29), [236, 232, 222]);
  assert.deepEqual(pixel(3, 30), [255, 255, 255]);
  assert.deepEqual(pixel(5, 33), [46, 125, 90]);
});
