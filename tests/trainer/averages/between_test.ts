import assert from "node:assert/strict";
import { float32 } from "lib/core/mod.ts";
import { parametersBetween } from "lib/trainer/mod.ts";

const first = { a: float32([2], [1, 2]), b: { c: float32([1], [10]) } };
const second = { a: float32([2], [3, -2]), b: { c: float32([1], [20]) } };

Deno.test("parametersBetween() goes from the first to the second, and changes neither", () => {
  assert.deepEqual(parametersBetween(first, second, 0), first);
  assert.deepEqual(parametersBetween(first, second, 1), second);
  assert.deepEqual(parametersBetween(first, second, 0.25), {
    a: float32([2], [1.5, 1]),
    b: { c: float32([1], [12.5]) },
  });
  assert.deepEqual([...first.a.data], [1, 2]);
});

Deno.test("parametersBetween() names what the second lacks, or has in another shape", () => {
  const other = { a: float32([1], [3]), b: second.b };
  assert.throws(
    () => parametersBetween(first, other, 0.5),
    /"a" must have the shape \[2\] in both: in the second it is \[1\]/,
  );
  assert.throws(
    () => parametersBetween(first, { a: second.a, b: {} } as never, 0.5),
    /"b\/c" must have the shape \[1\] in both: in the second it is missing/,
  );
});
