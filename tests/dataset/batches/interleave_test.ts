import assert from "node:assert/strict";
import { interleave } from "lib/dataset/batches/mod.ts";

/** The first `count` turns. */
function turns(weights: readonly number[], count: number) {
  const turnOf = interleave(weights);
  return Array.from({ length: count }, (_, n) => turnOf(n));
}

Deno.test("interleave() takes equal weights in turn", () => {
  assert.deepEqual(
    turns([1, 1, 1, 1, 1], 1000).map(({ which }) => which),
    Array.from({ length: 1000 }, (_, n) => n % 5),
  );
});

Deno.test("interleave() keeps two shares within one element at every point", () => {
  for (const weights of [[3, 1], [1, 3], [0.25, 0.75], [1, 99], [2, 7]]) {
    const counts = [0, 0];
    for (const [n, { which }] of turns(weights, 3000).entries()) {
      counts[which]!++;
      const share = (n + 1) * weights[0]! / (weights[0]! + weights[1]!);
      assert.ok(Math.abs(counts[0]! - share) < 1, `${weights} after ${n + 1}`);
    }
  }
});

Deno.test("interleave() counts every element of every sequence once, in order", () => {
  const next = [0, 0, 0, 0];
  for (const { which, nth } of turns([5, 0.5, 2, 1.25], 5000)) {
    assert.equal(nth, next[which]!++);
  }
  const total = 8.75;
  for (const [i, weight] of [5, 0.5, 2, 1.25].entries()) {
    assert.ok(Math.abs(next[i]! - 5000 * weight / total) < 4, `${i}: ${next}`);
  }
});
