import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import { RunningMoments } from "lib/evaluation/mod.ts";

/** Rows whose offset is a million times their deviation. */
function farRows(count: number, dimension: number): number[][] {
  const rng = new Rng(3);
  return Array.from(
    { length: count },
    () => Array.from({ length: dimension }, () => 1e6 + rng.normal()),
  );
}

/** Two passes in float64, the textbook's way. */
function covarianceOf(rows: number[][]): number[] {
  const D = rows[0]!.length;
  const mean = Array.from(
    { length: D },
    (_, i) => rows.reduce((sum, row) => sum + row[i]! - 1e6, 0) / rows.length,
  );
  return Array.from({ length: D * D }, (_, at) => {
    const [i, j] = [Math.floor(at / D), at % D];
    return rows.reduce(
      (sum, row) =>
        sum + (row[i]! - 1e6 - mean[i]!) * (row[j]! - 1e6 - mean[j]!),
      0,
    ) / (rows.length - 1);
  });
}

function close(a: ArrayLike<number>, b: ArrayLike<number>, within: number) {
  assert.equal(a.length, b.length);
  for (let i = 0; i < a.length; i++) {
    assert.ok(Math.abs(a[i]! - b[i]!) <= within, `${i}: ${a[i]}, not ${b[i]}`);
  }
}

Deno.test("RunningMoments keeps its digits far from zero, where sums of squares lose them", () => {
  const rows = farRows(200, 3);
  const running = new RunningMoments(3);
  for (const row of rows) running.add(row);
  close(running.moments.covariance, covarianceOf(rows), 1e-8);
});

Deno.test("RunningMoments refuses rows of another length and rows that hold no number", () => {
  const running = new RunningMoments(2);
  assert.throws(() => running.add([1]), {
    name: "TypeError",
    message:
      "Cannot add a row to moments: it must have 2 values: current count is 1",
  });
  assert.throws(() => running.add([1, NaN]), {
    name: "RangeError",
    message:
      "Cannot add a row to moments: its values must be finite: current value at 1 is NaN",
  });
  assert.equal(running.moments.count, 0);
});
