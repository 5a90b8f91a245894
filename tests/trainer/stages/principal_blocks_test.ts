import assert from "node:assert/strict";
import { openDevice } from "lib/compiler/mod.ts";
import { type Clip, Rng } from "lib/core/mod.ts";
import { principalBlocks } from "lib/trainer/stages/principal_blocks.ts";

/** Clips whose pixels, two by two, are a mean and a sum of three known patterns. */
const DEVIATIONS = [0.3, 0.1, 0.03];
const MEAN = [0.5, 0.4, 0.6];
const SIZE = 12; // values of a block of 1 x 2 x 2 pixels
const patterns = [
  Array.from({ length: SIZE }, () => Math.sqrt(1 / SIZE)),
  Array.from(
    { length: SIZE },
    (_, i) => (i < 6 ? 1 : -1) * Math.sqrt(1 / SIZE),
  ),
  Array.from(
    { length: SIZE },
    (_, i) => (i % 6 < 3 ? 1 : -1) * Math.sqrt(1 / SIZE),
  ),
];

function clips(count: number): Clip[] {
  const rng = new Rng(5);
  return Array.from({ length: count }, () => {
    const strengths = DEVIATIONS.map((deviation) =>
      deviation * rng.normals([1]).data[0]!
    );
    const data = Float32Array.from(
      { length: SIZE },
      (_, i) =>
        MEAN[i % 3]! +
        strengths.reduce((sum, x, k) => sum + x * patterns[k]![i]!, 0),
    );
    return { frames: 1, height: 2, width: 2, fps: 8, data };
  });
}

Deno.test("principalBlocks() finds the principal components by descending variance", async () => {
  using device = await openDevice("cpu");
  const { mean, directions, variances } = await principalBlocks(
    device,
    clips(2000),
    { block: [1, 2, 2], count: 3, rng: new Rng(1) },
  );
  for (const [i, value] of mean.data.entries()) {
    assert.ok(Math.abs(value - (2 * MEAN[i % 3]! - 1)) < 0.02, `${value}`);
  }
  for (const [k, pattern] of patterns.entries()) {
    const row = directions.data.subarray(k * SIZE, (k + 1) * SIZE);
    const cosine = row.reduce((sum, x, i) => sum + x * pattern[i]!, 0);
    assert.ok(Math.abs(Math.abs(cosine) - 1) < 1e-3, `${k}: ${cosine}`);
    // On [-1,1] deviations are twice those on [0,1].
    const deviation = Math.sqrt(variances.data[k]!) / 2;
    assert.ok(
      Math.abs(deviation / DEVIATIONS[k]! - 1) < 0.06,
      `${k}: ${deviation}`,
    );
  }
});
