import assert from "node:assert/strict";
import { batchOrder } from "lib/dataset/batches/mod.ts";

const range = (length: number) => Array.from({ length }, (_, i) => i);

Deno.test("batchOrder() shuffles each epoch anew, as the seed decides", () => {
  const indicesOf = (seed: number, epoch: number) => {
    const batchAt = batchOrder(seed, [{ length: 50, batch: 5 }]);
    return range(10).flatMap((i) => batchAt(10 * epoch + i).samples)
      .map((sample) => {
        assert.equal(sample.epoch, epoch);
        return sample.index;
      });
  };
  const epochs = range(3).map((epoch) => indicesOf(3, epoch));
  for (const order of epochs) {
    assert.deepEqual(order.toSorted((a, b) => a - b), range(50));
    assert.notDeepEqual(order, range(50));
  }
  assert.notDeepEqual(epochs[0], epochs[1]);
  assert.notDeepEqual(indicesOf(4, 0), epochs[0]);
});

Deno.test("batchOrder() can be entered at any batch and read back and forth", () => {
  const straight = batchOrder(3, [{ length: 7, batch: 2 }]);
  const plans = range(40).map(straight);
  const late = batchOrder(3, [{ length: 7, batch: 2 }]);
  for (const n of [39, 20, 7, 6, 7, 0]) assert.deepEqual(late(n), plans[n]);
});

Deno.test("batchOrder() fills the batch across the end of an epoch", () => {
  const batchAt = batchOrder(1, [{ length: 5, batch: 4 }]);
  const samples = range(5).flatMap((n) => batchAt(n).samples);
  assert.deepEqual(
    samples.map(({ epoch }) => epoch),
    range(20).map((i) => Math.floor(i / 5)),
  );
});

Deno.test("batchOrder() gives buckets their share of batches, samples once an epoch", () => {
  const buckets = [{ length: 30, batch: 3 }, { length: 10, batch: 2 }];
  const batchAt = batchOrder(1, buckets);
  // One epoch of both: 10 batches of the first bucket, 5 of the second.
  const plans = range(15).map(batchAt);
  const seen = buckets.map((_, i) =>
    plans.filter(({ bucket }) => bucket === i).flatMap(({ samples }) => samples)
  );
  for (const [i, { length }] of buckets.entries()) {
    assert.deepEqual(
      seen[i]!.map(({ index }) => index).toSorted((a, b) => a - b),
      range(length),
    );
  }
  assert.ok(
    plans.every(({ bucket, samples }) =>
      samples.length === buckets[bucket]!.batch
    ),
  );
});

Deno.test("batchOrder() refuses an empty bucket and an empty batch", () => {
  assert.throws(() => batchOrder(0, [{ length: 0, batch: 2 }]), {
    name: "InputError",
    message: "Cannot order batches: length of bucket 0 must be a whole " +
      "number from 1: current value is 0",
  });
  assert.throws(
    () => batchOrder(0, [{ length: 4, batch: 2 }, { length: 4, batch: 0.5 }]),
    {
      name: "InputError",
      message: /batch of bucket 1 .* current value is 0.5/,
    },
  );
});
