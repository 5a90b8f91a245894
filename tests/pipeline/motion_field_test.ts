import assert from "node:assert/strict";
import {
  checkMotion,
  pathMotion,
  uniformMotion,
  zoomMotion,
} from "lib/pipeline/mod.ts";

const SHAPE = { frames: 3, height: 16, width: 32, fps: 8 };

Deno.test("uniformMotion() is in pixels a frame, within its region alone", () => {
  const { frames, data, weight } = uniformMotion(SHAPE, [16, -8], {
    ...{ left: 0, top: 0, width: 16, height: 16 },
  });
  assert.equal(frames, 2);
  assert.deepEqual([...data.subarray(0, 2)], [2, -1]);
  assert.equal(weight.reduce((sum, x) => sum + x, 0), 2 * 16 * 16);
  assert.deepEqual([weight[15], weight[16]], [1, 0]);
});

Deno.test("zoomMotion() grows from the middle, by its factor a second", () => {
  const { data } = zoomMotion(SHAPE, 2);
  const at = (x: number, y: number) => [...data.subarray(2 * (y * 32 + x))];
  const [x, y] = at(24, 12) as [number, number];
  assert.ok(Math.abs(x - 8.5 * Math.LN2 / 8) < 1e-5);
  assert.ok(Math.abs(y - 4.5 * Math.LN2 / 8) < 1e-5);
  assert.ok(at(7, 8)[0]! < 0);
});

Deno.test("pathMotion() goes evenly along all of the path; the rest stands", () => {
  const { data } = pathMotion({ ...SHAPE, frames: 5 }, [[4, 4], [28, 4], [
    28,
    12,
  ]]);
  const flow = (t: number, x: number, y: number) => {
    const i = 2 * ((t * 16 + y) * 32 + x);
    return [data[i], data[i + 1]];
  };
  assert.deepEqual(flow(0, 7, 4), [8, 0]);
  assert.deepEqual(flow(0, 28, 12), [0, 0]);
  assert.deepEqual(flow(3, 28, 8), [0, 8]);
});

Deno.test("motions that cannot be followed are refused", () => {
  const cases: [() => void, RegExp][] = [
    [
      () => pathMotion(SHAPE, [[4, 4], [40, 4]]),
      /its points must be in the picture, 0,0 to 32,16: one is 40,4$/,
    ],
    [
      () => pathMotion(SHAPE, [[4, 4], [4, 4]]),
      /two points or more that differ: current value is 4,4 4,4$/,
    ],
    [
      () => checkMotion(uniformMotion(SHAPE, [0.1, 0]), 12),
      /must move by 0.05 pixels a frame or more: the fastest moves by 0.013;/,
    ],
    [
      () => checkMotion(uniformMotion(SHAPE, [160, 0]), 12),
      /at most 12 pixels a frame, .*: the fastest is 20;/,
    ],
  ];
  for (const [fn, message] of cases) {
    assert.throws(fn, { name: "InputError", message });
  }
});
