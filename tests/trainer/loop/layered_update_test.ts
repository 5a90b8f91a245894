import assert from "node:assert/strict";
import { isNdArray, leavesOf } from "lib/core/mod.ts";
import {
  MUON_DEFAULTS,
  STATE_ON_DEVICE,
  type StatePlan,
} from "lib/trainer/mod.ts";
import { partOf, updateGroups } from "lib/trainer/loop/layered_update.ts";
import { threeUpdates } from "../_tiny_models.ts";

Deno.test("updateGroups() keeps neighbours together, about a 24th of all, in order", () => {
  const leaves = [10, 10, 100, 1, 1, 1000, 1].map((size, i) =>
    [`p${i}`, { shape: [size] }] as const
  );
  assert.deepEqual(updateGroups(leaves), [
    ["p0", "p1"],
    ["p2"],
    ["p3", "p4"],
    ["p5"],
    ["p6"],
  ]);
});

Deno.test("partOf() takes the leaves of paths that a tree has", () => {
  const trees = { a: { x: { y: 1, z: 2 } }, b: { x: { z: 3 } } };
  assert.deepEqual(partOf(trees, ["x/y", "w"]), { a: { x: { y: 1 } }, b: {} });
});

/** The state after three updates of the tiny models by Muon. */
async function trained(
  plan: Partial<StatePlan>,
  accumulation: number,
): Promise<Map<string, Float32Array>> {
  const state = await threeUpdates({
    optimiser: MUON_DEFAULTS,
    accumulation,
    plan: { ...STATE_ON_DEVICE, ...plan },
  });
  return new Map(
    leavesOf(state, isNdArray).map(([path, { data }]) =>
      [path, data as Float32Array] as const
    ),
  );
}

for (const accumulation of [1, 2]) {
  Deno.test(`layers and EMAs on the host give what a whole update does, microbatches: ${accumulation}`, async () => {
    const whole = await trained({}, accumulation);
    const layered = await trained(
      { update: "layers", averages: "host" },
      accumulation,
    );
    assert.deepEqual([...layered.keys()], [...whole.keys()]);
    for (const [path, values] of whole) {
      const found = layered.get(path)!;
      const near = values.every((value, i) =>
        Math.abs(value - found[i]!) < 1e-4 + 1e-3 * Math.abs(value)
      );
      assert.ok(near, path);
    }
  });
}

for (const update of ["whole", "layers"] as const) {
  Deno.test(`sums on the host are those of the device, bit for bit, update: ${update}`, async () => {
    const there = await trained({ update }, 3);
    const here = await trained({ update, gradientSums: "host" }, 3);
    assert.deepEqual([...here.keys()], [...there.keys()]);
    for (const [path, values] of there) {
      assert.ok(values.every((value, i) => value === here.get(path)![i]), path);
    }
  });
}
