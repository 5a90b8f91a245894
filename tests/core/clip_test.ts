import assert from "node:assert/strict";
import { clipBytes, clipValues } from "lib/core/mod.ts";

Deno.test("every byte comes back from the value that it stands for", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const values = clipValues(bytes);
  assert.deepEqual([values[0], values[51], values[255]], [
    0,
    Math.fround(0.2),
    1,
  ]);
  assert.deepEqual(clipBytes(values), bytes);
});

Deno.test("values between bytes are rounded, those beyond clamped, and NaN is 0", () => {
  const values = Float32Array.of(0.1, 0.3, -1, 7, NaN, Infinity);
  assert.deepEqual([...clipBytes(values)], [26, 77, 0, 255, 0, 255]);
});
