/**
 * `PATH:2` as path and number; the number is 1 where it is absent, and NaN where
 * it is none.
 *
 * @example
 * ```ts
 * import { weightedPath } from "lib/recipes/command_line/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(weightedPath("data/mine:0.5"), { path: "data/mine", weight: 0.5 });
 * assert.deepEqual(weightedPath("data/mine"), { path: "data/mine", weight: 1 });
 * ```
 */
export function weightedPath(
  text: string,
): { readonly path: string; readonly weight: number } {
  const [, path, weight] = /^(.*):(-?[\d.]+)$/s.exec(text) ?? [];
  return path === undefined
    ? { path: text, weight: 1 }
    : { path, weight: Number(weight) };
}
