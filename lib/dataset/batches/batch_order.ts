import { InputError, Rng } from "../../core/mod.ts";
import { interleave } from "./interleave.ts";

/** A sample of a batch. */
export interface Sample {
  /** Times that the bucket was gone through before, from 0. */
  readonly epoch: number;
  /** Number within the bucket, each once an epoch. */
  readonly index: number;
}

/** The samples of one batch, all of one bucket. */
export interface BatchPlan {
  /** Number of the bucket. */
  readonly bucket: number;
  readonly samples: readonly Sample[];
}

/** Samples of one shape. */
export interface BucketSize {
  /** Samples in it, 1 or more. */
  readonly length: number;
  /** Samples in each of its batches, 1 or more. */
  readonly batch: number;
}

/**
 * Which samples make which batch, from the seed and the number of the batch
 * alone: a run resumes at any batch without saved state. Each bucket has a
 * permutation of its own for every epoch and crosses the end of an epoch
 * without a short batch; buckets take turns in proportion to their batches.
 *
 * @param seed A whole number.
 * @param buckets One or more.
 * @param group Batches in a row that are of one bucket, 1 or more: the
 *   microbatches of an update.
 * @returns the plan of batch `n`, from 0.
 * @throws {InputError} if a bucket is empty or its batch is
 *
 * @example
 * ```ts
 * import { batchOrder } from "lib/dataset/batches/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const batchAt = batchOrder(7, [{ length: 4, batch: 2 }]);
 * const indices = [0, 1].flatMap((n) => batchAt(n).samples.map(({ index }) => index));
 * assert.deepEqual(indices.toSorted(), [0, 1, 2, 3]);
 * assert.equal(batchAt(2).samples[0]?.epoch, 1);
 * assert.deepEqual(batchOrder(7, [{ length: 4, batch: 2 }])(1), batchAt(1));
 * ```
 */
export function batchOrder(
  seed: number,
  buckets: readonly BucketSize[],
  group = 1,
): (n: number) => BatchPlan {
  for (const [i, bucket] of buckets.entries()) {
    for (const field of ["length", "batch"] as const) {
      if (Number.isInteger(bucket[field]) && bucket[field] >= 1) continue;
      throw new InputError(
        `Cannot order batches: ${field} of bucket ${i} must be a whole number ` +
          `from 1: current value is ${bucket[field]}`,
      );
    }
  }
  const turnOf = interleave(buckets.map(({ length, batch }) => length / batch));
  const rng = new Rng(seed);
  const orders = buckets.map(({ length }, i) =>
    sampleOrder(buckets.length === 1 ? rng : rng.fork(`bucket ${i}`), length)
  );
  return (n) => {
    const { which, nth } = turnOf(Math.floor(n / group));
    const { batch } = buckets[which]!;
    const first = (nth * group + n % group) * batch;
    return {
      bucket: which,
      samples: Array.from(
        { length: batch },
        (_, i) => orders[which]!(first + i),
      ),
    };
  };
}

/** The place of sample `n`, counted from 0 over all epochs. */
function sampleOrder(rng: Rng, length: number): (n: number) => Sample {
  // Batches across the end of an epoch need two permutations in turn.
  const permutations = new Map<number, Uint32Array>();
  const permutationOf = (epoch: number): Uint32Array => {
    const found = permutations.get(epoch);
    if (found) return found;
    for (const old of permutations.keys()) {
      if (old < epoch - 1) permutations.delete(old);
    }
    const made = permutation(rng.fork(`order of epoch ${epoch}`), length);
    permutations.set(epoch, made);
    return made;
  };
  return (n) => {
    const epoch = Math.floor(n / length);
    return { epoch, index: permutationOf(epoch)[n % length]! };
  };
}

/** Whole numbers below `length`, shuffled (Fisher and Yates; Knuth 3.4.2 P). */
function permutation(rng: Rng, length: number): Uint32Array {
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
