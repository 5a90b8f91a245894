/** Which of several sequences an element of their mix comes from. */
export interface Turn {
  /** Number of the sequence, from 0. */
  readonly which: number;
  /** Elements of that sequence that came before, from 0. */
  readonly nth: number;
}

/**
 * Mixes sequences in exact proportion: among the first `n` elements, each
 * sequence has its share of `n`, rounded up or down by less than one for two
 * sequences and by less than their number for more. A turn follows from its
 * number alone, so a resumed run needs no state.
 *
 * Two sequences follow Bresenham's line: element `n` is of the first if
 * `ceil((n + 1) w / W) > ceil(n w / W)`, of which `ceil(n w / W)` came before.
 * More are split off one after the other.
 *
 * @param weights Above 0, one for each sequence, in any unit.
 *
 * @example
 * ```ts
 * import { interleave } from "lib/dataset/batches/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const turnOf = interleave([2, 1]);
 * assert.deepEqual([0, 1, 2, 3, 4, 5].map((n) => turnOf(n).which), [0, 0, 1, 0, 0, 1]);
 * assert.deepEqual(turnOf(5), { which: 1, nth: 1 });
 * ```
 */
export function interleave(
  weights: readonly number[],
): (n: number) => Turn {
  const sums = weights.map((_, i) =>
    weights.slice(i).reduce((sum, weight) => sum + weight, 0)
  );
  return (n) => {
    let rest = n;
    for (let i = 0; i < weights.length - 1; i++) {
      const before = Math.ceil(rest * weights[i]! / sums[i]!);
      const after = Math.ceil((rest + 1) * weights[i]! / sums[i]!);
      if (after > before) return { which: i, nth: before };
      rest -= before;
    }
    return { which: weights.length - 1, nth: rest };
  };
}
