import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import {
  type FeatureRows,
  frechetDistance,
  frechetDistanceOfRows,
  momentsOfRows,
} from "lib/evaluation/mod.ts";

function rows(seed: number, count: number, dimension: number): FeatureRows {
  const { data } = new Rng(seed).normals([count, dimension]);
  return { count, dimension, values: data.map((x) => 3 + x * seed) };
}

Deno.test("frechetDistanceOfRows() is that of the moments, for few rows and many", () => {
  for (const [m, n, D] of [[5, 9, 20], [9, 5, 20], [30, 40, 8], [2, 2, 3]]) {
    const [a, b] = [rows(1, m!, D!), rows(2, n!, D!)];
    const all = (count: number) => Array.from({ length: count }, (_, i) => i);
    // A row that is drawn twice counts twice.
    const [ofA, ofB] = [[...all(m!).slice(1), 1], all(n!)];
    const found = frechetDistanceOfRows(a, ofA, b, ofB);
    const wanted = frechetDistance(
      momentsOfRows(a, ofA),
      momentsOfRows(b, ofB),
    );
    assert.ok(Math.abs(found - wanted) < 1e-9 * wanted, `${found}, ${wanted}`);
  }
});
