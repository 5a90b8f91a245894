import assert from "node:assert/strict";
import { openDevice, TensorReader } from "lib/compiler/mod.ts";
import { float32, int32 } from "lib/core/mod.ts";

const device = await openDevice("cpu");

Deno.test("TensorReader reads tensors of any size into one memory", async () => {
  const reader = new TensorReader();
  const small = await device.upload(float32([2], [1, 2]));
  const large = await device.upload(float32([1, 3], [3, 4, 5]));
  const first = await reader.read(small);
  assert.deepEqual([...first.data], [1, 2]);
  const second = await reader.read(large);
  assert.deepEqual([second.shape, [...second.data]], [[1, 3], [3, 4, 5]]);
  const third = await reader.read(small);
  assert.equal(third.data.buffer, second.data.buffer);
  assert.deepEqual([...third.data], [1, 2]);
  assert.deepEqual([...(await large.read()).data], [3, 4, 5]);
});

Deno.test("TensorReader refuses a tensor of whole numbers", async () => {
  const tensor = await device.upload(int32([1], [7]));
  await assert.rejects(() => new TensorReader().read(tensor), {
    name: "TypeError",
    message: "Cannot read a tensor of int32[1]: the array " +
      "must have the same type: current type is float32[1]",
  });
});
