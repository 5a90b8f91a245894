import { Rng } from "../../core/mod.ts";
import { batchOrder } from "./batch_order.ts";
import type { CaptionedClip, ClipShape, ClipSource } from "./clip_source.ts";

/** Clips of one shape that are trained on together. */
export interface Bucket {
  readonly source: ClipSource;
  readonly shape: ClipShape;
  /** Clips of a batch. */
  readonly batch: number;
}

/** Clips of one shape. */
export interface ClipBatch {
  readonly shape: ClipShape;
  readonly clips: readonly CaptionedClip[];
}

/**
 * Batches of clips, each a function of its number: the same seed, the same
 * batches, wherever a run resumes. {@link mixedClips} mixes sources before, a
 * `Prefetcher` makes the next batch while the device computes.
 *
 * @param seed Of the order, a whole number.
 * @param rng Draws which part of a longer video is taken and its caption.
 * @param group Batches in a row that are of one bucket, 1 or more.
 * @throws {InputError} if a source or a batch is empty
 *
 * @example
 * ```ts
 * import { clipBatches } from "lib/dataset/batches/mod.ts";
 * import { syntheticClips } from "lib/dataset/synthetic/mod.ts";
 * import { Rng } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const source = syntheticClips({ phase: 1, split: "train", seed: 0, length: 100 });
 * const shape = { frames: 4, height: 32, width: 32, fps: 4 };
 * const batchAt = () => clipBatches([{ source, shape, batch: 2 }], 0, new Rng(1));
 * assert.deepEqual(await batchAt()(3), await batchAt()(3));
 * ```
 */
export function clipBatches(
  buckets: readonly Bucket[],
  seed: number,
  rng: Rng,
  group = 1,
): (n: number) => Promise<ClipBatch> {
  const planOf = batchOrder(
    seed,
    buckets.map(({ source: { length }, batch }) => ({ length, batch })),
    group,
  );
  return async (n) => {
    const { bucket, samples } = planOf(n);
    const { source, shape } = buckets[bucket]!;
    return {
      shape,
      clips: await Promise.all(samples.map(({ index, epoch }) =>
        source.clipAt(
          index,
          shape,
          rng.fork(`clip ${index} of epoch ${epoch}`),
        )
      )),
    };
  };
}
