import assert from "node:assert/strict";
import { interleave, medianOf, timingOf } from "../../bench/interleave.ts";

const sleep = (): Promise<void> => Promise.resolve();

Deno.test("medianOf() is the middle, or the mean of both middles", () => {
  assert.equal(medianOf([7]), 7);
  assert.equal(medianOf([30, 1, 2]), 2);
  assert.equal(medianOf([4, 1, 2, 100]), 3);
  // As texts 10 would stand before 9.
  assert.equal(medianOf([9, 10, 8]), 9);
});

Deno.test("medianOf() refuses an empty list and leaves a list as it is", () => {
  assert.throws(() => medianOf([]), {
    name: "RangeError",
    message: "Cannot take a median: there must be a value",
  });
  const values = [3, 1, 2];
  medianOf(values);
  assert.deepEqual(values, [3, 1, 2]);
});

Deno.test("timingOf() sums up times", () => {
  assert.deepEqual(timingOf([5, 3, 100, 4]), {
    medianMs: 4.5,
    minMs: 3,
    steps: 4,
  });
});

Deno.test("interleave() lets sides take turns and keeps their times apart", async () => {
  const order: string[] = [];
  const side = (name: string) => ({
    name,
    run: () => Promise.resolve(order.push(name)),
  });
  const times = await interleave([side("a"), side("b")], { rounds: 3, sleep });
  assert.deepEqual(order, ["a", "b", "a", "b", "a", "b"]);
  assert.deepEqual(times, [[1, 3, 5], [2, 4, 6]]);
});

Deno.test("interleave() rests before each run", async () => {
  const events: string[] = [];
  const side = {
    name: "a",
    run: () => Promise.resolve(events.push("run")),
  };
  await interleave([side], {
    rounds: 2,
    sleep: (ms) => {
      events.push(`sleep ${ms}`);
      return Promise.resolve();
    },
  });
  assert.deepEqual(events, ["sleep 50", "run", "sleep 50", "run"]);
});

Deno.test("interleave() refuses times that are none", async () => {
  for (const ms of [NaN, 0, -1, Infinity]) {
    const side = { name: "torch", run: () => Promise.resolve(ms) };
    await assert.rejects(interleave([side], { rounds: 1, sleep }), {
      name: "RangeError",
      message:
        `Cannot use a time of torch: it must be above 0 milliseconds: current value is ${ms}`,
    });
  }
});
