import assert from "node:assert/strict";
import { copyOf, float32, int32, scalar, zeros } from "lib/core/mod.ts";

Deno.test("zeros() gives each dtype its typed array, of the size of the shape", () => {
  assert.deepEqual(zeros([2, 1]), {
    dtype: "float32",
    shape: [2, 1],
    data: new Float32Array(2),
  });
  assert.deepEqual(zeros([3], "int32").data, new Int32Array(3));
  assert.deepEqual(zeros([3], "bool").data, new Uint8Array(3));
  assert.equal(zeros([0, 4]).data.length, 0);
});

Deno.test("zeros() gives every array a buffer of its own, filled exactly", () => {
  const a = zeros([3], "bool");
  const b = zeros([3], "bool");
  assert.notEqual(a.data.buffer, b.data.buffer);
  assert.equal(a.data.byteOffset, 0);
  assert.equal(a.data.buffer.byteLength, 3);
});

Deno.test("float32() and int32() copy the values", () => {
  const values = new Float32Array([0.5, -1]);
  const array = float32([2], values);
  values[0] = 9;
  assert.deepEqual([...array.data], [0.5, -1]);
  assert.deepEqual(int32([1, 2], [7, -8]), {
    dtype: "int32",
    shape: [1, 2],
    data: new Int32Array([7, -8]),
  });
});

Deno.test("float32() refuses too few and too many values", () => {
  for (const values of [[1, 2, 3], [1, 2, 3, 4, 5]]) {
    assert.throws(() => float32([2, 2], values), {
      name: "TypeError",
      message: "Cannot fill an array of shape [2,2]: it needs 4 values: " +
        `current count is ${values.length}`,
    });
  }
});

Deno.test("scalar() has rank 0 and one value", () => {
  assert.deepEqual(scalar(0.5), {
    dtype: "float32",
    shape: [],
    data: new Float32Array([0.5]),
  });
});

Deno.test("copyOf() copies the storage and keeps the dtype", () => {
  const original = int32([2], [1, 2]);
  const copy = copyOf(original);
  assert.deepEqual(copy, original);
  copy.data[0] = 9;
  assert.equal(original.data[0], 1);
});
