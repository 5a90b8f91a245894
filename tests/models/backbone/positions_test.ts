import assert from "node:assert/strict";
import { tokenPositions } from "lib/models/backbone/mod.ts";
import { assertClose } from "../_eager.ts";

const stride = { space: 16, time: 4 };

Deno.test("tokenPositions() turns tokens by seconds and pixels, time first, then rows", () => {
  // Six pairs: time, height, width, with two wavelengths each.
  const { cos, sin } = tokenPositions(
    { frames: 2, height: 2, width: 3 },
    stride,
    8,
    12,
  );
  const turns: number[] = [];
  for (const second of [0.25, 0.75]) {
    for (const row of [8, 24]) {
      for (const column of [8, 24, 40]) {
        turns.push(second / 0.4, row / 32, column / 32);
        turns.push(second / 40, row / 4096, column / 4096);
      }
    }
  }
  const wave = (f: (angle: number) => number) => ({
    shape: [12, 6],
    data: turns.map((turn) => f(2 * Math.PI * turn)),
  });
  assertClose(cos, wave(Math.cos), 1e-6);
  assertClose(sin, wave(Math.sin), 1e-6);
});

Deno.test("tokenPositions() tells clips apart that differ in frame rate alone", () => {
  const grid = { frames: 4, height: 1, width: 1 };
  const at8 = tokenPositions(grid, stride, 8, 12);
  const at16 = tokenPositions(grid, stride, 16, 12);
  assert.notDeepEqual(at16.cos.data, at8.cos.data);
  // Twice the rate and twice the stride: the same seconds.
  assert.deepEqual(tokenPositions(grid, { space: 16, time: 8 }, 16, 12), at8);
});

Deno.test("tokenPositions() of a longer or larger clip begin with those of the smaller", () => {
  const small = tokenPositions(
    { frames: 2, height: 1, width: 2 },
    stride,
    8,
    12,
  );
  const long = tokenPositions(
    { frames: 5, height: 1, width: 2 },
    stride,
    8,
    12,
  );
  assert.deepEqual(long.cos.data.slice(0, 24), small.cos.data);
});
