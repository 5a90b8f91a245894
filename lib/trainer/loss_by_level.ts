/** Bins of equal width over noise levels in [0,1]. */
const BINS = 10;

/**
 * Mean loss of the samples in each tenth of the noise levels, null where there
 * is none. A mean over all levels hides which of them improve.
 *
 * @param levels In [0,1], one for each sample.
 * @param losses As many.
 *
 * @example
 * ```ts
 * import { lossByLevel } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const means = lossByLevel([0.05, 0.07, 1], [1, 3, 5]);
 * assert.deepEqual([means[0], means[1], means[9]], [2, null, 5]);
 * ```
 */
export function lossByLevel(
  levels: ArrayLike<number>,
  losses: ArrayLike<number>,
): (number | null)[] {
  const sums = new Array<number>(BINS).fill(0);
  const counts = new Array<number>(BINS).fill(0);
  for (let i = 0; i < levels.length; i++) {
    const bin = Math.min(BINS - 1, Math.floor(levels[i]! * BINS));
    sums[bin]! += losses[i]!;
    counts[bin]!++;
  }
  return sums.map((sum, bin) =>
    counts[bin] === 0 ? null : Number((sum / counts[bin]!).toPrecision(5))
  );
}
