import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import { ONE_RANK } from "lib/ranks/mod.ts";
import { compressedSum } from "lib/trainer/loop/compressed_sum.ts";
import { ranksInOneProcess } from "../../ranks/_ranks_in_one_process.ts";

const LENGTH = 1000;
const gradients = Array.from(
  { length: 3 },
  (_, rank) => new Rng(1).fork(`${rank}`).normals([LENGTH]).data,
);
const exact = gradients[0]!.map((_, i) =>
  gradients.reduce((sum, values) => sum + values[i]!, 0)
);

/** Largest distance from the exact sum of means over updates. */
async function errorOf(
  compression: "fp16" | "int8",
  updates: number,
): Promise<number> {
  const residuals = gradients.map(() => new Float32Array(LENGTH));
  const mean = new Float64Array(LENGTH);
  for (let update = 0; update < updates; update++) {
    const sums = await Promise.all(
      ranksInOneProcess(3).map(async (ranks) => {
        const values = gradients[ranks.rank]!.slice();
        await compressedSum(ranks, values, residuals[ranks.rank]!, compression);
        return values;
      }),
    );
    assert.deepEqual(sums[1], sums[0]); // bit for bit
    assert.deepEqual(sums[2], sums[0]);
    sums[0]!.forEach((value, i) => mean[i]! += value / updates);
  }
  return Math.max(...exact.map((value, i) => Math.abs(value - mean[i]!)));
}

Deno.test("compressedSum() is near the sum, and equal on all ranks", async () => {
  assert.ok(await errorOf("fp16", 1) < 6e-3);
  assert.ok(await errorOf("int8", 1) < 6e-2);
});

Deno.test("what a sum in int8 loses comes with the next ones", async () => {
  const [once, often] = [await errorOf("int8", 1), await errorOf("int8", 30)];
  assert.ok(often < once / 5, `${once}, ${often}`);
});

Deno.test("NaN of a gradient arrives, and is forgotten", async () => {
  const values = Float32Array.of(1, NaN, 3);
  const residual = new Float32Array(3);
  await compressedSum(ONE_RANK, values, residual, "int8");
  assert.ok(Number.isNaN(values[1]));
  assert.deepEqual([...residual], [0, 0, 0]);
});
