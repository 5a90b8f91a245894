import assert from "node:assert/strict";
import {
  matrixShape,
  sameShape,
  shapeText,
  sizeOf,
  stridesOf,
} from "lib/core/mod.ts";

Deno.test("sizeOf() multiplies the dimensions, and is 1 for a scalar", () => {
  assert.equal(sizeOf([2, 3, 4]), 24);
  assert.equal(sizeOf([]), 1);
  assert.equal(sizeOf([5, 0]), 0);
});

Deno.test("shapeText() prints a shape as it stands in messages", () => {
  assert.equal(shapeText([2, 3]), "[2,3]");
  assert.equal(shapeText([]), "[]");
});

Deno.test("sameShape() compares rank and every dimension", () => {
  assert.equal(sameShape([2, 3], [2, 3]), true);
  assert.equal(sameShape([], []), true);
  assert.equal(sameShape([2, 3], [3, 2]), false);
  assert.equal(sameShape([2, 3], [2, 3, 1]), false);
  assert.equal(sameShape([2, 3, 1], [2, 3]), false);
});

Deno.test("stridesOf() counts elements row-major", () => {
  assert.deepEqual(stridesOf([2, 3, 4]), [12, 4, 1]);
  assert.deepEqual(stridesOf([7]), [1]);
  assert.deepEqual(stridesOf([]), []);
});

Deno.test("matrixShape() makes rows of all axes but the last", () => {
  assert.deepEqual(matrixShape([3, 3, 3, 8, 16]), [216, 16]);
  assert.deepEqual(matrixShape([4, 5]), [4, 5]);
  assert.deepEqual(matrixShape([7]), [1, 7]);
});
