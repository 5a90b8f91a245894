import assert from "node:assert/strict";
import { findCuts } from "lib/dataset/curate/shots/find_cuts.ts";

const A = "0000000000000000", B = "ffffffffffffffff", C = "0f".repeat(8);

function cutsIn(
  shares: number[],
  hashes: string[] = [],
  colours: number[] = [],
): number[] {
  return findCuts(
    shares.map((unmatched, i) => ({
      hash: hashes[i] ?? A,
      change: i === 0 ? undefined : { unmatched, recoloured: colours[i] ?? 0 },
    })),
  );
}

Deno.test("findCuts() finds cuts of whole and half frames", () => {
  const hashes = [A, A, A, B, B, B, C, C];
  assert.deepEqual(cutsIn([0, 0, 0, 0.9, 0, 0, 0.95, 0], hashes), [3, 6]);
  assert.deepEqual(cutsIn([0, 0.02, 0.05, 0.41, 0.03, 0.02, 0]), [3]);
});

Deno.test("findCuts() ignores fast action, but not a cut in it", () => {
  assert.deepEqual(cutsIn([0, 0.2, 0.35, 0.3, 0.4, 0.38, 0.33, 0.3, 0.2]), []);
  assert.deepEqual(
    cutsIn([0, 0.35, 0.35, 0.3, 0.9, 0.38, 0.33, 0.3, 0.2]),
    [4],
  );
});

Deno.test("findCuts() ignores flashes, but not two cuts to other views", () => {
  const shares = [0, 0, 0, 0.9, 0.9, 0, 0, 0];
  assert.deepEqual(cutsIn(shares, [A, A, A, B, A, A, A, A]), []);
  assert.deepEqual(cutsIn(shares, [A, A, A, C, B, B, B, B]), [
    3,
    4,
  ]);
});

Deno.test("findCuts() accepts fewer than two frames", () => {
  assert.deepEqual(cutsIn([]), []);
  assert.deepEqual(cutsIn([0]), []);
});

Deno.test("findCuts() detects cuts between plain frames by colour", () => {
  const nothing = Array<number>(8).fill(0.01);
  assert.deepEqual(cutsIn(nothing, [], [0, 0, 0, 0, 0.9, 0, 0, 0]), [4]);
  // A pan over a colourful scene recolours every frame.
  assert.deepEqual(cutsIn(nothing, [], Array<number>(8).fill(0.7)), []);
  assert.deepEqual(cutsIn(nothing, [], [0, 0, 0, 0, 0.5, 0, 0, 0]), []);
});
