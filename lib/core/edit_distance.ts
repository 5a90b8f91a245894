/**
 * Letters to insert, delete or change from one text to another (Levenshtein
 * 1966).
 *
 * @example
 * ```ts
 * import { editDistance } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(editDistance("kite", "sites"), 2);
 * ```
 */
export function editDistance(a: string, b: string): number {
  // Paths share their ends, which cost nothing.
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  const shortest = Math.min(a.length, b.length) - start;
  while (end < shortest && a.at(-1 - end) === b.at(-1 - end)) end++;
  return distance(
    a.slice(start, a.length - end),
    b.slice(start, b.length - end),
  );
}

function distance(a: string, b: string): number {
  let above = Uint32Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = new Uint32Array(b.length + 1);
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const changed = above[j - 1]! + Number(a[i - 1] !== b[j - 1]);
      row[j] = Math.min(above[j]! + 1, row[j - 1]! + 1, changed);
    }
    above = row;
  }
  return above.at(-1)!;
}
