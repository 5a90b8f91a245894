import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import { conv3d, initConv3d } from "lib/models/layers/mod.ts";
import {
  assertClose,
  eagerly,
  filled,
  random,
  sumOf,
  valueAt,
} from "../_eager.ts";

for (const size of [1, 3]) {
  Deno.test(`conv3d() with a window of ${size} sums over it, zeros outside`, () => {
    const x = random("x", [2, 3, 2, 4, 3]);
    const p = {
      weight: random("weight", [size, size, size, 3, 2]),
      bias: random("bias", [2]),
    };
    const reach = (size - 1) / 2;
    const y = eagerly({ p, x }, ({ p, x }) => conv3d(p, x));
    assertClose(
      y,
      filled([2, 3, 2, 4, 2], (b, t, h, w, o) =>
        valueAt(p.bias, o) +
        sumOf(size, (i) =>
          sumOf(size, (j) =>
            sumOf(size, (k) =>
              sumOf(3, (c) =>
                valueAt(x, b, t + i - reach, h + j - reach, w + k - reach, c) *
                valueAt(p.weight, i, j, k, c, o)))))),
    );
  });
}

Deno.test("initConv3d() draws weights of std gain / sqrt(in * size^3)", () => {
  const { weight, bias } = initConv3d(new Rng(1), 3, 16, 32, 2);
  assert.deepEqual([weight.shape, bias.shape], [[3, 3, 3, 16, 32], [32]]);
  const count = weight.data.length;
  const variance = sumOf(count, (i) => weight.data[i]! ** 2) / count;
  const expected = 2 / Math.sqrt(16 * 27);
  // 13,824 draws: the std is known to within 0.6 %.
  assert.ok(Math.abs(Math.sqrt(variance) / expected - 1) < 0.024);
  assert.ok(bias.data.every((value) => value === 0));
});
