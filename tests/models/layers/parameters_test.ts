import assert from "node:assert/strict";
import {
  float32,
  isNdArray,
  leavesOf,
  Rng,
  treeFrom,
  zeros,
} from "lib/core/mod.ts";
import {
  copyIntoCorner,
  initFeedForward,
  metaInit,
  stack,
} from "lib/models/layers/mod.ts";
import { normal } from "lib/models/layers/parameters.ts";

const isNumber = (x: unknown): x is number => typeof x === "number";

Deno.test("stack() keeps more than ten, and more than a hundred, layers in order", () => {
  for (const count of [12, 120]) {
    const layers = stack("block", count, (place) => place);
    const places = Array.from({ length: count }, (_, i) => i);
    assert.deepEqual(Object.values(layers), places);
    // The way through a file: a list of paths, and back.
    const again = treeFrom(leavesOf(layers, isNumber));
    assert.deepEqual(Object.values(again as object), places);
  }
});

Deno.test("stack() names layers by a word and their place", () => {
  const names = stack("level", 11, (_, name) => name);
  assert.deepEqual(Object.keys(names).slice(8), [
    "level08",
    "level09",
    "level10",
  ]);
  assert.equal(names.level10, "level10");
  assert.deepEqual(stack("level", 0, () => 1), {});
});

/** Share of values that lie at least x from zero. */
function shareBeyond(values: Float32Array, x: number): number {
  return values.reduce((n, v) => n + +(Math.abs(v) >= x), 0) / values.length;
}

Deno.test("normal() has the moments, the middle and the tails of the normal distribution", () => {
  const count = 1_000_000;
  const { data } = normal(new Rng(5), [1000, 1000], 1);
  const mean = (power: number): number =>
    data.reduce((sum, v) => sum + v ** power, 0) / count;
  // Five times the standard error of each.
  const near = (found: number, wanted: number, variance: number): void =>
    assert.ok(
      Math.abs(found - wanted) < 5 * Math.sqrt(variance / count),
      `${found} is not ${wanted}`,
    );
  near(mean(1), 0, 1);
  near(mean(2), 1, 2);
  near(mean(3), 0, 15);
  near(mean(4), 3, 96);
  // Two-sided tails of the table; 3.44 is where the ziggurat's begins.
  const tails: [number, number][] = [
    [0.5, 0.6170751],
    [1, 0.3173105],
    [2, 0.0455003],
    [3, 0.0026998],
    [3.442619855899, 0.00057617],
    [4, 0.00006334],
  ];
  for (const [x, share] of tails) near(shareBeyond(data, x), share, share);
});

Deno.test("normal() scales by the std, and draws the same from the same generator", () => {
  const half = normal(new Rng(5), [7], 0.5).data;
  const whole = normal(new Rng(5), [7], 1).data;
  assert.deepEqual([...half], [...whole].map((v) => v / 2));
  assert.notDeepEqual(normal(new Rng(6), [7], 1).data, whole);
  assert.ok(normal(new Rng(5), [7], 0).data.every((v) => v === 0));
});

Deno.test("normal() of another part of the model is another, and neighbours are not alike", () => {
  const a = normal(new Rng(5).fork("a"), [100_000], 1).data;
  const b = normal(new Rng(5).fork("b"), [100_000], 1).data;
  const product = (x: Float32Array, y: Float32Array): number =>
    x.reduce((sum, v, i) => sum + v * y[i]!, 0) / x.length;
  const limit = 5 / Math.sqrt(a.length);
  assert.ok(Math.abs(product(a, b)) < limit);
  assert.ok(Math.abs(product(a.subarray(1), a.subarray(0, -1))) < limit);
});

Deno.test("metaInit() gives the names and shapes of real parameters, and no values", () => {
  const shapes = (rng: Rng): [string, readonly number[]][] =>
    leavesOf(initFeedForward(rng, 8), isNdArray)
      .map(([path, { shape }]) => [path, shape]);
  assert.deepEqual(shapes(metaInit()), shapes(new Rng(0)));
  const { up } = initFeedForward(metaInit().fork("part"), 8);
  assert.ok(up.weight.data.every((v) => v === 0));
});

Deno.test("copyIntoCorner() keeps what lies outside the corner, and both arrays", () => {
  const small = float32([2, 1, 2], [1, 2, 3, 4]);
  const larger = float32([2, 2, 3], Array.from({ length: 12 }, () => 9));
  const result = copyIntoCorner(small, larger);
  assert.deepEqual(result.shape, [2, 2, 3]);
  assert.deepEqual([...result.data], [1, 2, 9, 9, 9, 9, 3, 4, 9, 9, 9, 9]);
  assert.deepEqual([...small.data], [1, 2, 3, 4]);
  assert.ok(larger.data.every((x) => x === 9));
});

Deno.test("copyIntoCorner() of an equal shape is the array", () => {
  const array = float32([3], [1, 2, 3]);
  assert.deepEqual(copyIntoCorner(array, zeros([3])), array);
});
