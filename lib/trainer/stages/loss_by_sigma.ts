/** Bins of equal width over noise levels in [0,1]. */
const BINS = 10;

/**
 * Mean loss of the samples in each tenth of the noise levels, null where there
 * is none. A mean over all sigmas hides which of them improve.
 *
 * @param sigmas In [0,1], one for each sample.
 * @param losses As many.
 *
 * @example
 * ```ts
 * import { lossBySigma } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const means = lossBySigma([0.05, 0.07, 1], [1, 3, 5]);
 * assert.deepEqual([means[0], means[1], means[9]], [2, null, 5]);
 * ```
 */
export function lossBySigma(
  sigmas: ArrayLike<number>,
  losses: ArrayLike<number>,
): (number | null)[] {
  const sums = new Array<number>(BINS).fill(0);
  const counts = new Array<number>(BINS).fill(0);
  for (let i = 0; i < sigmas.length; i++) {
    const bin = Math.min(BINS - 1, Math.floor(sigmas[i]! * BINS));
    sums[bin]! += losses[i]!;
    counts[bin]!++;
  }
  return sums.map((sum, bin) =>
    counts[bin] === 0 ? null : Number((sum / counts[bin]!).toPrecision(5))
  );
}
