import assert from "node:assert/strict";
import { float32, int32 } from "lib/core/mod.ts";
import { checkFinite } from "lib/formats/safetensors/mod.ts";

const check = (...values: number[]) =>
  checkFinite("a.safetensors", [["b", float32([values.length], values)]], "x");

Deno.test("checkFinite() names the first value that is NaN or infinite", () => {
  for (const [strange, text] of [[NaN, "NaN"], [-Infinity, "-Infinity"]]) {
    assert.throws(() => check(1, Number(strange), NaN), {
      name: "NotFiniteError",
      message: 'Cannot use "a.safetensors": all values of tensor "b" must be ' +
        `finite: value 1 is ${text}; x`,
    });
  }
});

Deno.test("checkFinite() accepts the largest and smallest numbers, and whole ones", () => {
  check(3.4e38, -3.4e38, 1e-45, -0, 0);
  check();
  checkFinite("a.safetensors", [["b", int32([1], [7])]], "x");
});
