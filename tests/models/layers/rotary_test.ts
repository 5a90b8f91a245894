import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { type RotaryAxis, rotaryTable, rotate } from "lib/models/layers/mod.ts";
import { assertClose, eagerly, random, valueAt } from "../_eager.ts";

/** Scores of one query at each position against one key at each position. */
function scores(
  axes: RotaryAxis[],
  width: number,
): (i: number, j: number) => number {
  const table = rotaryTable(axes, width);
  const query = random("query", [1, width]);
  const key = random("key", [1, width]);
  const { data } = eagerly({ table, query, key }, ({ table, query, key }) => {
    const count = axes[0]!.positions.length;
    const at = (x: tf.Tensor): tf.Tensor =>
      rotate(tf.tile(x, [count, 1]), table);
    return tf.matMul(at(query), at(key), false, true);
  });
  const count = axes[0]!.positions.length;
  return (i, j) => data[i * count + j]!;
}

Deno.test("scores of rotated queries and keys depend on the distance alone", () => {
  const positions = [0, 1, 2, 3, 10, 11, 12, 13];
  const score = scores([{ positions, wavelengths: [2, 512] }], 8);
  const byDistance = new Map<number, number>();
  for (const [i, a] of positions.entries()) {
    for (const [j, b] of positions.entries()) {
      const first = byDistance.get(a - b) ?? score(i, j);
      byDistance.set(a - b, first);
      assert.ok(Math.abs(score(i, j) - first) < 1e-4, `${a} and ${b}`);
    }
  }
  // It does depend on it: all distances differ from each other.
  const values = [...byDistance.values()].sort((a, b) => a - b);
  assert.equal(values.length, 21);
  values.slice(1).forEach((value, i) => assert.ok(value - values[i]! > 1e-4));
});

Deno.test("scores over several axes depend on the distance along each", () => {
  // A shift by (1, 2) of both tokens changes nothing.
  const score = scores([
    { positions: [0, 1, 1, 2], wavelengths: [3, 30] },
    { positions: [0, 5, 2, 7], wavelengths: [4, 40] },
  ], 12);
  assert.ok(Math.abs(score(0, 1) - score(2, 3)) < 1e-5);
  assert.ok(Math.abs(score(0, 1) - score(0, 2)) > 1e-3);
  assert.ok(Math.abs(score(0, 1) - score(1, 0)) > 1e-3);
});

Deno.test("rotate() keeps the length of every pair and leaves position 0 alone", () => {
  const table = rotaryTable(
    [{ positions: [0, 1.5], wavelengths: [2, 64] }],
    6,
  );
  const x = random("x", [1, 2, 6]);
  const y = eagerly({ table, x }, ({ table, x }) => rotate(x, table));
  const row = (n: number): number[] =>
    Array.from({ length: 6 }, (_, i) => valueAt(y, 0, n, i));
  assertClose(
    { shape: [6], data: row(0) },
    { shape: [6], data: x.data.slice(0, 6) },
  );
  for (let pair = 0; pair < 3; pair++) {
    const before = Math.hypot(x.data[6 + pair]!, x.data[9 + pair]!);
    const after = Math.hypot(row(1)[pair]!, row(1)[pair + 3]!);
    assert.ok(Math.abs(before - after) < 1e-5);
  }
});

Deno.test("rotaryTable() deals pairs out to the axes, wavelengths in geometric steps", () => {
  // 7 pairs for 3 axes: 3, 2 and 2.
  const axes: RotaryAxis[] = [
    { positions: [1], wavelengths: [10, 1000] },
    { positions: [2], wavelengths: [20, 40] },
    { positions: [3], wavelengths: [50, 90] },
  ];
  const { cos, sin } = rotaryTable(axes, 14);
  const turns = [1 / 10, 2 / 20, 3 / 50, 1 / 100, 2 / 40, 3 / 90, 1 / 1000];
  const wave = (f: (x: number) => number) => ({
    shape: [1, 7],
    data: turns.map((turn) => f(2 * Math.PI * turn)),
  });
  assertClose(cos, wave(Math.cos), 1e-6);
  assertClose(sin, wave(Math.sin), 1e-6);
});

Deno.test("rotaryTable() gives an axis with a single pair its shortest wavelength", () => {
  const { cos } = rotaryTable([{ positions: [1], wavelengths: [4, 400] }], 2);
  assertClose(cos, { shape: [1, 1], data: [0] }, 1e-6);
});
