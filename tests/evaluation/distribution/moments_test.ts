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

Deno.test("RunningMoments.merge() gives what one pass over all rows gives", () => {
  const rows = farRows(90, 4);
  const [all, left, right] = [0, 1, 2].map(() => new RunningMoments(4)) as [
    RunningMoments,
    RunningMoments,
    RunningMoments,
  ];
  rows.forEach((row, i) => {
    all.add(row);
    (i < 25 ? left : right).add(row);
  });
  left.merge(right);
  assert.equal(left.moments.count, 90);
  close(left.moments.mean, all.moments.mean, 1e-7);
  close(left.moments.covariance, all.moments.covariance, 1e-8);
});

Deno.test("RunningMoments merged with one that has seen nothing stays as it is, either way", () => {
  const full = new RunningMoments(1);
  for (const x of [1, 2, 6]) full.add([x]);
  full.merge(new RunningMoments(1));
  const empty = new RunningMoments(1);
  empty.merge(full);
  for (const { moments } of [full, empty]) {
    assert.equal(moments.count, 3);
    assert.equal(moments.mean[0], 3);
    assert.equal(moments.covariance[0], 7);
  }
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
  assert.throws(() => running.merge(new RunningMoments(3)), {
    name: "TypeError",
    message:
      "Cannot merge moments: dimensions must be the same: current values are 2 and 3",
  });
  assert.equal(running.moments.count, 0);
});
