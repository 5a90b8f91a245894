import assert from "node:assert/strict";
import { float32, InputError } from "lib/core/mod.ts";
import {
  emaRate,
  initAverages,
  powerExponent,
} from "lib/trainer/averages/ema.ts";
import {
  type EmaSnapshot,
  loadSnapshots,
  parametersBetween,
  posthocEma,
  posthocWeights,
  saveSnapshot,
} from "lib/trainer/mod.ts";

/** A parameter that wanders, and its average of a relative std. */
function followed(
  std: number,
  updates: number,
  every: number,
): EmaSnapshot<{ w: ReturnType<typeof float32> }>[] {
  const exponent = powerExponent(std);
  const snapshots: EmaSnapshot<{ w: ReturnType<typeof float32> }>[] = [];
  let average = 0;
  for (let t = 1; t <= updates; t++) {
    const parameter = Math.sqrt(t) + Math.sin(t / 40);
    average += (parameter - average) * emaRate(t, exponent);
    if (t % every === 0) {
      const parameters = { w: float32([1], [average]) };
      snapshots.push({ update: t, std, parameters });
    }
  }
  return snapshots;
}

Deno.test("posthocEma() computes an EMA of any length from snapshots of two", () => {
  const snapshots = [
    ...followed(0.05, 4000, 250),
    ...followed(0.1, 4000, 250),
  ];
  for (const std of [0.06, 0.08, 0.12, 0.15]) {
    const wanted = followed(std, 4000, 4000)[0]!.parameters.w.data[0]!;
    const { w } = posthocEma(snapshots, std, 4000);
    const error = Math.abs(w.data[0]! - wanted);
    assert.ok(error < 0.03, `std ${std}: off by ${error}`);
    // The averages differ by far more than that.
    const other = followed(0.2, 4000, 4000)[0]!.parameters.w.data[0]!;
    assert.ok(Math.abs(other - wanted) > 0.5);
  }
});

Deno.test("weights of snapshots sum to one and select an exact snapshot", () => {
  const all = [1000, 2000, 3000].flatMap((update) =>
    [0.05, 0.1].map((std) => ({ update, std }))
  );
  const sum = posthocWeights(all, 0.08, 3000).reduce((a, b) => a + b);
  assert.ok(Math.abs(sum - 1) < 1e-9, `sum ${sum}`);
  const picked = posthocWeights(all, 0.1, 3000).map((x) => x.toFixed(3));
  assert.deepEqual(picked.at(-1), "1.000");
});

Deno.test("posthocEma() refuses an empty list of snapshots", () => {
  assert.throws(
    () => posthocEma([], 0.1, 10),
    (error) =>
      error instanceof InputError &&
      /there must be EMA snapshots: there are none/
        .test(error.message),
  );
});

const first = { a: float32([2], [1, 2]), b: { c: float32([1], [10]) } };
const second = { a: float32([2], [3, -2]), b: { c: float32([1], [20]) } };

Deno.test("parametersBetween() interpolates and changes neither argument", () => {
  assert.deepEqual(parametersBetween(first, second, 0), first);
  assert.deepEqual(parametersBetween(first, second, 1), second);
  assert.deepEqual(parametersBetween(first, second, 0.25), {
    a: float32([2], [1.5, 1]),
    b: { c: float32([1], [12.5]) },
  });
  assert.deepEqual([...first.a.data], [1, 2]);
});

Deno.test("parametersBetween() names a parameter of another shape or a missing one", () => {
  const other = { a: float32([1], [3]), b: second.b };
  assert.throws(
    () => parametersBetween(first, other, 0.5),
    /"a" must have the shape \[2\] in both: in the second it is \[1\]/,
  );
  assert.throws(
    () => parametersBetween(first, { a: second.a, b: {} } as never, 0.5),
    /"b\/c" must have the shape \[1\] in both: in the second it is missing/,
  );
});

Deno.test("snapshots load with the standard deviation of each EMA", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await saveSnapshot(folder, initAverages({ w: float32([1], [0.5]) }), 100);
    const parameters = { w: float32([1], [0.5]) };
    assert.deepEqual(await loadSnapshots(folder), [
      { update: 100, std: 0.05, parameters },
      { update: 100, std: 0.1, parameters },
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
