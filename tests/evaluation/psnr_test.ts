import assert from "node:assert/strict";
import type { Clip } from "lib/core/mod.ts";
import { psnr } from "lib/evaluation/mod.ts";

/** A clip of two frames of 1x2 pixels. */
function clipOf(values: number[]): Clip {
  return {
    frames: 2,
    height: 1,
    width: 2,
    fps: 8,
    data: Float32Array.from(
      { length: 12 },
      (_, i) => values[i % values.length]!,
    ),
  };
}

Deno.test("psnr() is 10 log10 of one over the mean squared error", () => {
  const cases: [clip: number[], reference: number[], decibels: number][] = [
    [[1], [0], 0],
    [[0.5], [0], 6.0206],
    [[0.1], [0], 20],
    [[0.51], [0.5], 40],
    // Errors of 0.2 and 0 in turn: mean square 0.02.
    [[0.3, 0.5], [0.5, 0.5], 16.9897],
  ];
  for (const [clip, reference, decibels] of cases) {
    const found = psnr(clipOf(clip), clipOf(reference));
    assert.ok(Math.abs(found - decibels) < 1e-3, `${found}, not ${decibels}`);
  }
});

Deno.test("psnr() of the worst clip is 0, and not minus 0", () => {
  assert.equal(psnr(clipOf([1]), clipOf([0])), 0);
});

Deno.test("psnr() of the same clip is infinite", () => {
  assert.equal(psnr(clipOf([0.1, 0.7]), clipOf([0.1, 0.7])), Infinity);
});

Deno.test("psnr() clips values outside [0,1] as a screen would", () => {
  assert.equal(psnr(clipOf([-3, 7]), clipOf([0, 1])), Infinity);
  assert.equal(psnr(clipOf([2]), clipOf([0])), 0);
});

Deno.test("psnr() of a clip with a value that is no number is no number", () => {
  assert.ok(Number.isNaN(psnr(clipOf([0.5, NaN]), clipOf([0.5]))));
});

Deno.test("psnr() refuses clips of different shapes", () => {
  const tall = { ...clipOf([0]), height: 2, width: 1 };
  assert.throws(() => psnr(tall, clipOf([0])), {
    name: "TypeError",
    message: "Cannot compare clips: shapes must be the same: current shapes " +
      "are [2,2,1,3] and [2,1,2,3]",
  });
});
