import { Rng } from "../core/mod.ts";

/** Where a sample comes from. */
export interface SamplePlace {
  readonly epoch: number;
  /** Clip of the source, each once an epoch. */
  readonly index: number;
}

/**
 * The order in which samples are seen, from the seed alone: every epoch is a
 * permutation of its own. Nothing has to be saved to go on in the middle.
 *
 * @param length Samples in an epoch, 1 or more.
 * @returns the place of sample `n`, counted from 0 over all epochs.
 *
 * @example
 * ```ts
 * import { sampleOrder } from "lib/trainer/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const at = sampleOrder(7, 3);
 * const places = [0, 1, 2, 3].map(at);
 * assert.deepEqual(places.slice(0, 3).map(({ index }) => index).sort(), [0, 1, 2]);
 * assert.equal(places[3]!.epoch, 1);
 * assert.deepEqual(sampleOrder(7, 3)(2), places[2]);
 * ```
 */
export function sampleOrder(
  seed: number,
  length: number,
): (n: number) => SamplePlace {
  // Batches at the seam of two epochs ask for both in turn.
  const known = new Map<number, Uint32Array>();
  const orderOf = (epoch: number): Uint32Array => {
    const found = known.get(epoch);
    if (found) return found;
    for (const old of known.keys()) if (old < epoch - 1) known.delete(old);
    const order = permutation(
      new Rng(seed).fork(`order of epoch ${epoch}`),
      length,
    );
    known.set(epoch, order);
    return order;
  };
  return (n) => {
    const epoch = Math.floor(n / length);
    return { epoch, index: orderOf(epoch)[n % length]! };
  };
}

/** A shuffled row of whole numbers (Fisher and Yates; Knuth 3.4.2 P). */
function permutation(rng: Rng, length: number): Uint32Array {
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
