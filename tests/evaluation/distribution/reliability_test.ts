import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import {
  bootstrapSpread,
  deviationOf,
  type FeatureRows,
  frechetCurve,
  kernelDistance,
  meanOf,
} from "lib/evaluation/mod.ts";

/** Normal rows around `mean`, each by its own seed. */
function rows(
  seed: number,
  count: number,
  dimension: number,
  mean = 0,
): FeatureRows {
  const { data } = new Rng(seed).normals([count, dimension]);
  return { count, dimension, values: data.map((x) => x + mean) };
}

Deno.test("frechetCurve() falls with n towards a limit nearer the truth than its points", () => {
  // Both sets come from one distribution, so the truth is 0 and all is bias.
  const { points, limit, limitError } = frechetCurve(
    rows(1, 400, 32),
    rows(2, 400, 32),
    4,
    new Rng(3),
  );
  assert.equal(points[0]!.n, 100);
  assert.equal(points.at(-1)!.n, 400);
  assert.ok(points[0]!.value > 3 * points.at(-1)!.value);
  const least = Math.min(...points.map(({ value }) => value));
  assert.ok(Math.abs(limit) < least / 2, `${limit} of ${least}`);
  assert.ok(limitError > 0 && limitError < least / 4, `${limitError}`);
});

Deno.test("frechetCurve() leads to the distance of shifted sets", () => {
  // 8 dimensions shifted by 1: the truth is 8, chance moves it by about 0.4.
  const { points, limit } = frechetCurve(
    rows(1, 400, 8),
    rows(2, 400, 8, 1),
    4,
    new Rng(3),
  );
  assert.ok(Math.abs(limit - 8) < 1.2, `${limit}`);
  assert.ok(limit < points.at(-1)!.value);
});

Deno.test("frechetCurve() refuses sets that are too small to be divided", () => {
  assert.throws(
    () => frechetCurve(rows(1, 7, 2), rows(2, 50, 2), 1, new Rng(1)),
    {
      name: "RangeError",
      message:
        "Cannot draw a curve: both sets must have at least 8 rows: current counts are 7 and 50",
    },
  );
});

Deno.test("bootstrapSpread() is about the true deviation of the distance over fresh sets", () => {
  // A mean that differs by 2 in one dimension: the deviation is that of
  // (m1 - m2)^2, which is 2 x 2 x sqrt(2 / n) = 0.57 at n = 100, to first order.
  const spread = bootstrapSpread(
    rows(1, 100, 1),
    rows(2, 100, 1, 2),
    200,
    new Rng(4),
  );
  assert.ok(spread > 0.4 && spread < 0.75, `${spread}`);
});

Deno.test("kernelDistance() has no bias: equal distributions give 0 within its error", () => {
  for (const n of [64, 256]) {
    let [sum, squares] = [0, 0];
    for (let seed = 0; seed < 20; seed++) {
      const { value } = kernelDistance(
        rows(2 * seed, n, 8),
        rows(2 * seed + 1, n, 8),
      );
      sum += value;
      squares += value * value;
    }
    const error = Math.sqrt(squares) / 20;
    assert.ok(Math.abs(sum / 20) < 3 * error, `${sum / 20} and ${error}`);
  }
});

Deno.test("kernelDistance() of shifted sets is that of the kernel's moments", () => {
  // One dimension, kernel (x y + 1)^3: the discrepancy of N(0,1) and N(1,1)
  // is sum over k of C(3,k) (E x^k - E y^k)^2 = 3 x 1 + 3 x 1 + 16 = 22.
  const { value, error } = kernelDistance(
    rows(1, 4000, 1),
    rows(2, 4000, 1, 1),
  );
  assert.ok(Math.abs(value - 22) < 3 * error!, `${value} and ${error}`);
  assert.ok(error! > 0.2 && error! < 2, `${error}`);
});

Deno.test("kernelDistance() uses every row, of sets of unequal size too", () => {
  // The kernel of one dimension is (x y + 1)^3: 8 within a, 1 with and within b.
  const ones = { count: 3, dimension: 1, values: Float32Array.of(1, 1, 1) };
  const zeros = { count: 5, dimension: 1, values: new Float32Array(5) };
  assert.deepEqual(kernelDistance(ones, zeros), { value: 7, error: 0 });
  for (let i = 0; i < 5; i++) {
    const values = zeros.values.slice();
    values[i] = 1;
    // Within b: 12 of 20 pairs without the odd row, 8 with it, all of kernel 1;
    // between: 4 zeros of kernel 1, one of kernel 8.
    const { value } = kernelDistance(ones, { ...zeros, values });
    assert.equal(value.toFixed(9), (8 + 1 - 2 * (4 + 8) / 5).toFixed(9));
  }
});

Deno.test("kernelDistance() has a standard error like the deviation over fresh sets", () => {
  const of = (shift: number): number => {
    const found = Array.from({ length: 60 }, (_, seed) =>
      kernelDistance(
        rows(2 * seed, 60, 8),
        rows(2 * seed + 1, 40, 8, shift),
      ));
    const values = found.map(({ value }) => value);
    const error = Math.sqrt(meanOf(found.map(({ error }) => error! ** 2)));
    return error / deviationOf(values);
  };
  const [apart, equal] = [of(1), of(0)];
  assert.ok(apart > 0.8 && apart < 1.25, `${apart}`);
  assert.ok(equal > 1 && equal < 2, `${equal}`);
  assert.equal(kernelDistance(rows(1, 2, 8), rows(2, 9, 8)).error, null);
});

Deno.test("kernelDistance() refuses other dimensions and sets of one", () => {
  assert.throws(
    () => kernelDistance(rows(1, 4, 2), rows(1, 4, 3)),
    {
      name: "TypeError",
      message:
        "Cannot compare rows: dimensions must be the same: current values are 2 and 3",
    },
  );
  assert.throws(
    () => kernelDistance(rows(1, 1, 2), rows(1, 4, 2)),
    {
      name: "RangeError",
      message:
        "Cannot take a kernel distance: both sets must have at least 2 rows: current counts are 1 and 4",
    },
  );
});
