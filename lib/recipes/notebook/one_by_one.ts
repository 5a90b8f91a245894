import type { Progress } from "../../core/mod.ts";

/**
 * Works on items one after another under a single bar: many short tasks would
 * leave a finished bar each.
 *
 * @param label Of the bar; its unit is clips.
 * @param work Must be quiet itself.
 *
 * @example
 * ```ts
 * import { silentProgress } from "lib/core/mod.ts";
 * import { oneByOne } from "lib/recipes/notebook/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const double = (seed: number) => Promise.resolve(2 * seed);
 * assert.deepEqual(await oneByOne(silentProgress, "Seeds", [1, 2], double), [2, 4]);
 * ```
 */
export async function oneByOne<A, B>(
  progress: Progress,
  label: string,
  items: readonly A[],
  work: (item: A) => Promise<B>,
): Promise<B[]> {
  using task = progress.start({ label, total: items.length, unit: "clips" });
  const results: B[] = [];
  for (const item of items) {
    results.push(await work(item));
    task.update(results.length);
  }
  return results;
}
