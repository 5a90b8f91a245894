import assert from "node:assert/strict";
import { leavesOf, Rng, treeFrom } from "lib/core/mod.ts";
import { stack } from "lib/models/layers/mod.ts";
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

Deno.test("normal() draws what the generator draws, scaled", () => {
  const half = normal(new Rng(5), [7], 0.5).data;
  const whole = new Rng(5).normals([7]).data;
  assert.deepEqual([...half], [...whole].map((v) => v / 2));
});
