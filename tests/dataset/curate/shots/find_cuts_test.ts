import assert from "node:assert/strict";
import { findCuts } from "lib/dataset/curate/shots/find_cuts.ts";

const A = "0000000000000000", B = "ffffffffffffffff", C = "0f".repeat(8);

function cutsIn(
  fresh: number[],
  hashes: string[] = [],
  colours: number[] = [],
): number[] {
  return findCuts(
    fresh.map((unexplained, i) => ({
      hash: hashes[i] ?? A,
      change: i === 0
        ? undefined
        : { unexplained, recoloured: colours[i] ?? 0 },
    })),
  );
}

Deno.test("findCuts() finds cuts, also those of half a picture", () => {
  const hashes = [A, A, A, B, B, B, C, C];
  assert.deepEqual(cutsIn([0, 0, 0, 0.9, 0, 0, 0.95, 0], hashes), [3, 6]);
  assert.deepEqual(cutsIn([0, 0.02, 0.05, 0.41, 0.03, 0.02, 0]), [3]);
});

Deno.test("findCuts() takes fast action for no cut, and finds the cut in it", () => {
  assert.deepEqual(cutsIn([0, 0.2, 0.35, 0.3, 0.4, 0.38, 0.33, 0.3, 0.2]), []);
  assert.deepEqual(
    cutsIn([0, 0.35, 0.35, 0.3, 0.9, 0.38, 0.33, 0.3, 0.2]),
    [4],
  );
});

Deno.test("findCuts() takes a flash for no cut, and two cuts that lead elsewhere for two", () => {
  const fresh = [0, 0, 0, 0.9, 0.9, 0, 0, 0];
  assert.deepEqual(cutsIn(fresh, [A, A, A, B, A, A, A, A]), []);
  assert.deepEqual(cutsIn(fresh, [A, A, A, C, B, B, B, B]), [
    3,
    4,
  ]);
});

Deno.test("findCuts() needs no second picture", () => {
  assert.deepEqual(cutsIn([]), []);
  assert.deepEqual(cutsIn([0]), []);
});

Deno.test("findCuts() goes by colour where plain pictures cut to plain ones", () => {
  const nothing = Array<number>(8).fill(0.01);
  assert.deepEqual(cutsIn(nothing, [], [0, 0, 0, 0, 0.9, 0, 0, 0]), [4]);
  // A pan over coloured things recolours all of the picture, again and again.
  assert.deepEqual(cutsIn(nothing, [], Array<number>(8).fill(0.7)), []);
  assert.deepEqual(cutsIn(nothing, [], [0, 0, 0, 0, 0.5, 0, 0, 0]), []);
});
