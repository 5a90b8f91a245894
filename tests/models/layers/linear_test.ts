import assert from "node:assert/strict";
import { Rng } from "lib/core/mod.ts";
import { initLinear, linear } from "lib/models/layers/mod.ts";
import {
  assertClose,
  eagerly,
  filled,
  random,
  sumOf,
  valueAt,
} from "../_eager.ts";

Deno.test("linear() multiplies the last axis by the weight and adds the bias", () => {
  const x = random("x", [2, 3, 4]);
  const p = { weight: random("weight", [4, 5]), bias: random("bias", [5]) };
  const y = eagerly({ p, x }, ({ p, x }) => linear(p, x));
  assertClose(
    y,
    filled([2, 3, 5], (b, n, j) =>
      valueAt(p.bias, j) +
      sumOf(4, (i) => valueAt(x, b, n, i) * valueAt(p.weight, i, j))),
  );
});

Deno.test("initLinear() draws weights of std gain / sqrt(in) and a bias of zero", () => {
  const { weight, bias } = initLinear(new Rng(1), 100, 200, 3);
  assert.deepEqual([weight.shape, bias.shape], [[100, 200], [200]]);
  const variance = sumOf(20_000, (i) => weight.data[i]! ** 2) / 20_000;
  // 20,000 draws: the std is known to within 0.5 %.
  assert.ok(Math.abs(Math.sqrt(variance) - 0.3) < 0.006, `${variance}`);
  assert.ok(bias.data.every((value) => value === 0));
});

Deno.test("initLinear() with a gain of 0 makes a layer of zeros", () => {
  const { weight } = initLinear(new Rng(1), 4, 4, 0);
  assert.ok(weight.data.every((value) => Math.abs(value) === 0));
});
