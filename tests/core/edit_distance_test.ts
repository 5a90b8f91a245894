import assert from "node:assert/strict";
import { editDistance } from "lib/core/mod.ts";

Deno.test("editDistance() counts letters to insert, delete or change", () => {
  const cases: [a: string, b: string, distance: number][] = [
    ["", "", 0],
    ["kite", "kite", 0],
    ["", "kite", 4],
    ["kitten", "sitting", 3],
    ["a/kite.mp4", "a/kites.mp4", 1],
    ["aa", "aaa", 1],
    ["abcab", "ab", 3],
  ];
  for (const [a, b, distance] of cases) {
    assert.equal(editDistance(a, b), distance, `${a} ${b}`);
    assert.equal(editDistance(b, a), distance, `${b} ${a}`);
  }
});
