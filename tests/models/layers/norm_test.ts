import assert from "node:assert/strict";
import { float32 } from "lib/core/mod.ts";
import { initNorm, layerNorm, rmsNorm } from "lib/models/layers/mod.ts";
import {
  assertClose,
  eagerly,
  filled,
  random,
  sumOf,
  valueAt,
} from "../_eager.ts";

const C = 6;
const x = random("x", [2, 3, C]);

Deno.test("rmsNorm() divides by the root of the mean square and scales", () => {
  const p = { scale: random("scale", [C]) };
  const y = eagerly({ p, x }, ({ p, x }) => rmsNorm(p, x));
  assertClose(
    y,
    filled([2, 3, C], (b, n, c) => {
      const meanSquare = sumOf(C, (i) => valueAt(x, b, n, i) ** 2) / C;
      return valueAt(x, b, n, c) / Math.sqrt(meanSquare) * valueAt(p.scale, c);
    }),
  );
});

Deno.test("layerNorm() gives mean 0 and variance 1 along the last axis", () => {
  const y = eagerly({ x }, ({ x }) => layerNorm(x));
  assertClose(
    y,
    filled([2, 3, C], (b, n, c) => {
      const mean = sumOf(C, (i) => valueAt(x, b, n, i)) / C;
      const variance = sumOf(C, (i) => (valueAt(x, b, n, i) - mean) ** 2) / C;
      return (valueAt(x, b, n, c) - mean) / Math.sqrt(variance);
    }),
  );
});

Deno.test("norms of a constant are finite", () => {
  const zero = float32([1, 2], [0, 0]);
  const same = float32([1, 2], [5, 5]);
  const p = initNorm(2);
  const rms = eagerly({ p, zero }, ({ p, zero }) => rmsNorm(p, zero));
  const layer = eagerly({ same }, ({ same }) => layerNorm(same));
  assert.deepEqual([[...rms.data], [...layer.data]], [
    [0, 0],
    [0, 0],
  ]);
});
