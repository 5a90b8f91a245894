import assert from "node:assert/strict";
import { sampleOrder } from "lib/trainer/mod.ts";

Deno.test("every epoch holds each clip once, in an order of its own that the seed decides", () => {
  const at = sampleOrder(3, 50);
  const epochs = [0, 1, 2].map((epoch) =>
    Array.from({ length: 50 }, (_, i) => {
      const place = at(epoch * 50 + i);
      assert.equal(place.epoch, epoch);
      return place.index;
    })
  );
  const sorted = Array.from({ length: 50 }, (_, i) => i);
  for (const order of epochs) {
    assert.deepEqual(order.toSorted((a, b) => a - b), sorted);
    assert.notDeepEqual(order, sorted);
  }
  assert.notDeepEqual(epochs[0], epochs[1]);
  assert.notDeepEqual(
    Array.from({ length: 50 }, (_, i) => sampleOrder(4, 50)(i).index),
    epochs[0],
  );
});

Deno.test("the order can be entered anywhere and read back and forth", () => {
  const straight = sampleOrder(3, 7);
  const places = Array.from({ length: 40 }, (_, n) => straight(n));
  const late = sampleOrder(3, 7);
  for (const n of [39, 20, 13, 14, 13, 0]) assert.deepEqual(late(n), places[n]);
});
