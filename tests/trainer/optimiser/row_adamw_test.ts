import assert from "node:assert/strict";
import "lib/compiler/eager.ts";
import { arraysOf, tensorsOf } from "lib/compiler/mod.ts";
import { float32, type NdArray, scalar } from "lib/core/mod.ts";
import { adamW, type AdamWConfig, updateRows } from "lib/trainer/mod.ts";

const CONFIG: AdamWConfig = {
  name: "adamw",
  betas: [0.8, 0.95],
  epsilon: 1e-4,
  weightDecay: 0.3,
  lrMultipliers: { table: 0.5, frozen: 0 },
};

const START = [1, -2, 3, 4, 5, -6];

/** A table of three rows of two, with moments of zero. */
function tableOf() {
  return {
    values: Float32Array.from(START),
    first: new Float32Array(6),
    second: new Float32Array(6),
  };
}

Deno.test("updateRows() of all rows is AdamW's update", () => {
  const optimiser = adamW(CONFIG);
  const table = tableOf();
  const gradients = [
    [0.1, -0.2, 0.3, 0, 5, -1e-3],
    [0.2, 0.2, -0.3, 0.4, -5, 0],
    [-0.4, 0, 0.1, 0.4, 1, 1],
  ];
  let parameters: { table: NdArray } = { table: float32([3, 2], START) };
  let moments = optimiser.init(parameters);
  for (const [i, values] of gradients.entries()) {
    const at = { update: i + 1, learningRate: 0.1 / (i + 1) };
    const next = optimiser.update({
      parameters: tensorsOf(parameters),
      gradients: tensorsOf({ table: float32([3, 2], values) }),
      moments: tensorsOf(moments),
      scalars: tensorsOf(optimiser.scalars(at.update, at.learningRate)),
      gate: tensorsOf(scalar(1)),
    });
    parameters = arraysOf(next.parameters) as typeof parameters;
    moments = arraysOf(next.moments) as typeof moments;
    const rows = [0, 1, 2];
    updateRows(table, rows, Float32Array.from(values), CONFIG, {
      path: "table",
      ...at,
    });
  }
  for (const [i, value] of parameters.table.data.entries()) {
    assert.ok(Math.abs(value - table.values[i]!) < 2e-6, `value ${i}`);
  }
});

Deno.test("updateRows() changes the named rows alone, and none that are frozen", () => {
  const table = tableOf();
  const at = { update: 3, learningRate: 0.1 };
  updateRows(table, [2, 0], Float32Array.of(1, 2, 3, 4), CONFIG, {
    path: "table",
    ...at,
  });
  assert.deepEqual([...table.values.subarray(2, 4)], [3, 4]);
  assert.deepEqual([...table.first], [3, 4, 0, 0, 1, 2]);
  assert.deepEqual([...table.second], [9, 16, 0, 0, 1, 4]);
  assert.ok(table.values[4]! < 5 && table.values[0]! < 1);
  const before = structuredClone(table);
  updateRows(table, [1], Float32Array.of(1, 1), CONFIG, {
    path: "frozen",
    ...at,
  });
  assert.deepEqual(table, before);
});
