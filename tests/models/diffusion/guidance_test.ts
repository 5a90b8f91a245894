import assert from "node:assert/strict";
import { float32, type NdArray, scalar } from "lib/core/mod.ts";
import { guide } from "lib/models/diffusion/mod.ts";
import { assertClose, eagerly, random } from "../_eager.ts";

Deno.test("guide() leaves the prompt out at 0, follows it at 1, exaggerates beyond", () => {
  const cond = float32([2], [3, 5]);
  const uncond = float32([2], [1, 6]);
  for (
    const [scale, wanted] of [[0, [1, 6]], [1, [3, 5]], [2, [5, 4]]] as const
  ) {
    const y = eagerly(
      { cond, uncond, scale: float32([], [scale]) },
      ({ cond, uncond, scale }) => guide(cond, uncond, scale),
    );
    assert.deepEqual([...y.data], [...wanted]);
  }
});

/** Standard deviation of the numbers of one sample. */
function stdOf({ data }: NdArray, sample: number): number {
  const size = data.length / 2;
  const own = [...data].slice(sample * size, (sample + 1) * size);
  const mean = own.reduce((a, b) => a + b) / size;
  return Math.sqrt(own.reduce((sum, x) => sum + (x - mean) ** 2, 0) / size);
}

Deno.test("guide() brings the spread of each sample back to that of the prompt", () => {
  const cond = random("with", [2, 3, 4]);
  const uncond = random("without", [2, 3, 4]);
  const run = (rescale: number): NdArray =>
    eagerly(
      { cond, uncond, scale: scalar(6), rescale: scalar(rescale) },
      ({ cond, uncond, scale, rescale }) => guide(cond, uncond, scale, rescale),
    );
  const [wide, half, narrow] = [run(0), run(0.5), run(1)];
  for (const sample of [0, 1]) {
    const goal = stdOf(cond, sample);
    assert.ok(stdOf(wide, sample) > 2 * goal);
    assert.ok(Math.abs(stdOf(narrow, sample) / goal - 1) < 1e-4);
    const middle = (stdOf(wide, sample) + goal) / 2;
    assert.ok(Math.abs(stdOf(half, sample) / middle - 1) < 1e-4);
  }
  const without = eagerly(
    { cond, uncond, scale: scalar(6) },
    ({ cond, uncond, scale }) => guide(cond, uncond, scale),
  );
  assertClose(wide, without, 1e-5);
});
