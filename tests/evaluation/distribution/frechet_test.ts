import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import { frechetDistance, type Moments } from "lib/evaluation/mod.ts";
import { planned, referencePath } from "../_planned.ts";

function diagonal(mean: number[], variances: number[]): Moments {
  const D = mean.length;
  const covariance = new Float64Array(D * D);
  variances.forEach((v, i) => covariance[i * D + i] = v);
  return { count: 100, mean: Float64Array.from(mean), covariance };
}

/** `A A^T / columns + 0.01 I` of planned numbers, as make_reference.py has it. */
function plannedMoments(name: string, D: number): Moments {
  const count = D + 100;
  const rows = planned(name, count * D);
  const covariance = new Float64Array(D * D);
  for (let k = 0; k < count; k++) {
    const row = rows.subarray(k * D, (k + 1) * D);
    for (let i = 0; i < D; i++) {
      const factor = row[i]! / count;
      for (let j = 0; j < D; j++) covariance[i * D + j]! += factor * row[j]!;
    }
  }
  for (let i = 0; i < D; i++) covariance[i * D + i]! += 0.01;
  return { count, mean: planned(`${name} mean`, D), covariance };
}

/** Covariance of fewer rows than dimensions. */
function lowRank(seed: number, D: number, rows: number): Moments {
  const { data } = new Rng(seed).normals([rows, D]);
  const covariance = new Float64Array(D * D);
  for (let k = 0; k < rows; k++) {
    for (let i = 0; i < D; i++) {
      for (let j = 0; j < D; j++) {
        covariance[i * D + j]! += data[k * D + i]! * data[k * D + j]! / rows;
      }
    }
  }
  return { count: rows, mean: new Float64Array(D), covariance };
}

function relative(found: number, wanted: number): number {
  return Math.abs(found - wanted) / Math.abs(wanted);
}

Deno.test("frechetDistance() is the closed form in one dimension", () => {
  for (
    const [m1, v1, m2, v2] of [[0, 1, 0, 1.21], [2, 4, -1, 9], [1, 0, 1, 4]]
  ) {
    const wanted = (m1! - m2!) ** 2 + (Math.sqrt(v1!) - Math.sqrt(v2!)) ** 2;
    const found = frechetDistance(
      diagonal([m1!], [v1!]),
      diagonal([m2!], [v2!]),
    );
    assert.ok(Math.abs(found - wanted) < 1e-12, `${found}, not ${wanted}`);
  }
});

Deno.test("frechetDistance() is the closed form of diagonal covariances, zeros among them", () => {
  const [a, b] = [[1, 4, 0, 9, 1e-6], [1, 1, 4, 16, 1]];
  const wanted = a.reduce(
    (sum, v, i) => sum + (Math.sqrt(v) - Math.sqrt(b[i]!)) ** 2,
    25,
  );
  const found = frechetDistance(
    diagonal([0, 0, 3, 0, 0], a),
    diagonal([0, 4, 0, 0, 0], b),
  );
  assert.ok(relative(found, wanted) < 1e-12, `${found}, not ${wanted}`);
});

Deno.test("frechetDistance() agrees with SciPy's matrix square root, up to 400 dimensions", async () => {
  const references = JSON.parse(
    await Deno.readTextFile(referencePath("frechet.json")),
  );
  assert.deepEqual(
    references.map(({ dimension }: { dimension: number }) => dimension),
    [12, 400],
  );
  for (const { dimension: D, distance, traces, squares } of references) {
    const both = ["a", "b"].map((word) =>
      plannedMoments(`moments ${word} ${D}`, D)
    ) as [Moments, Moments];
    for (const [i, { covariance }] of both.entries()) {
      let trace = 0;
      for (let k = 0; k < D; k++) trace += covariance[k * D + k]!;
      const square = covariance.reduce((sum, x) => sum + x * x, 0);
      assert.ok(relative(trace, traces[i]) < 1e-12, "not the same moments");
      assert.ok(relative(square, squares[i]) < 1e-12, "not the same moments");
    }
    const found = frechetDistance(...both);
    assert.ok(relative(found, distance) < 1e-9, `${found}, not ${distance}`);
  }
});

Deno.test("frechetDistance() of a set with itself is 0, with full rank and without", () => {
  for (
    const moments of [
      plannedMoments("moments a 12", 12),
      lowRank(1, 60, 20),
      diagonal([1, 2], [0, 0]),
    ]
  ) {
    const found = frechetDistance(moments, moments);
    assert.ok(Math.abs(found) < 1e-9, `${found}`);
  }
});

Deno.test("frechetDistance() is symmetric, also where the ranks differ", () => {
  const [a, b] = [lowRank(1, 40, 10), lowRank(2, 40, 25)];
  const [there, back] = [frechetDistance(a, b), frechetDistance(b, a)];
  assert.ok(there > 1);
  assert.ok(relative(there, back) < 1e-9, `${there} and ${back}`);
});

Deno.test("frechetDistance() of commuting covariances without full rank is the closed form", () => {
  // The same three directions with other variances: roots subtract.
  const base = lowRank(5, 30, 3);
  const larger = { ...base, covariance: base.covariance.map((x) => 4 * x) };
  let trace = 0;
  for (let i = 0; i < 30; i++) trace += base.covariance[i * 30 + i]!;
  const found = frechetDistance(base, larger);
  assert.ok(relative(found, trace) < 1e-7, `${found}, not ${trace}`);
});

Deno.test("frechetDistance() refuses other dimensions and what is no covariance", () => {
  const good = diagonal([0, 0], [1, 1]);
  assert.throws(() => frechetDistance(good, diagonal([0], [1])), {
    name: "TypeError",
    message:
      "Cannot compare moments: dimensions must be the same: current values are 2 and 1",
  });
  const of = (...covariance: number[]): Moments => ({
    ...good,
    covariance: Float64Array.from(covariance),
  });
  assert.throws(() => frechetDistance(good, of(1, 0.5, 0.2, 1)), {
    name: "RangeError",
    message:
      "Cannot take the root of a covariance: it must be symmetric and finite: current values at 0,1 and 1,0 are 0.5 and 0.2",
  });
  assert.throws(() => frechetDistance(good, of(1, NaN, NaN, 1)), {
    name: "RangeError",
    message:
      /must be symmetric and finite: current values at 0,1 and 1,0 are NaN/,
  });
  assert.throws(() => frechetDistance(good, of(1, 2, 2, 1)), {
    name: "RangeError",
    message:
      "Cannot take the root of a covariance: it must have no negative eigenvalue: current remainder at 1 is -3",
  });
});
