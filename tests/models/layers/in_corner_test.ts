import assert from "node:assert/strict";
import { float32, zeros } from "lib/core/mod.ts";
import { inCorner } from "lib/models/layers/mod.ts";

Deno.test("inCorner() keeps what lies outside the corner, and both arrays as they were", () => {
  const small = float32([2, 1, 2], [1, 2, 3, 4]);
  const larger = float32([2, 2, 3], Array.from({ length: 12 }, () => 9));
  const result = inCorner(small, larger);
  assert.deepEqual(result.shape, [2, 2, 3]);
  assert.deepEqual([...result.data], [1, 2, 9, 9, 9, 9, 3, 4, 9, 9, 9, 9]);
  assert.deepEqual([...small.data], [1, 2, 3, 4]);
  assert.ok(larger.data.every((x) => x === 9));
});

Deno.test("inCorner() of an equal shape is the array itself, number for number", () => {
  const array = float32([3], [1, 2, 3]);
  assert.deepEqual(inCorner(array, zeros([3])), array);
});
