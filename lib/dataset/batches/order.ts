import { InputError, Rng } from "../../core/mod.ts";
import type { ClipShape, ClipSource } from "./clip_source.ts";

/** A source, and its share of what is seen. */
export interface WeightedSource {
  readonly source: ClipSource;
  /** In proportion to the other weights; the source's length if absent. */
  readonly weight?: number;
}

/** A shape of clips: all clips of a batch have one. */
export interface Bucket extends ClipShape {
  /** In proportion to the other weights, of batches; 1 if absent. */
  readonly weight?: number;
  /** Clips of a batch. */
  readonly batch: number;
}

/** One clip of the order, before it is made. */
export interface PlannedClip {
  /** Which of the sources. */
  readonly source: number;
  /** Of the clip in its source. */
  readonly index: number;
}

/** One batch of the order. */
export interface PlannedBatch {
  readonly bucket: Bucket;
  readonly clips: readonly PlannedClip[];
}

/** What the order follows from. */
export interface OrderOptions {
  readonly sources: readonly WeightedSource[];
  readonly buckets: readonly Bucket[];
  /** A whole number. */
  readonly seed: number;
}

/**
 * Which clips make which batches in one epoch: the same for the same options
 * and epoch, whatever was asked before.
 *
 * An epoch has as many clips as all sources together. Each source gives its
 * share of them, shuffled; where that is more or less than it has, it goes on
 * in the next epoch where it stood, so that each of its clips comes as often as
 * another. What is left over at the end and makes no whole batch is left out,
 * other clips in each epoch.
 *
 * @param epoch A whole number from 0 up.
 * @throws {InputError} if an epoch makes no whole batch
 *
 * @example
 * ```ts
 * import { type ClipSource, orderOf } from "lib/dataset/batches/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const source = { name: "six", length: 6 } as ClipSource;
 * const bucket = { frames: 1, height: 8, width: 8, fps: 8, batch: 2 };
 * const order = orderOf({ sources: [{ source }], buckets: [bucket], seed: 0 }, 0);
 * const indices = order.flatMap(({ clips }) => clips.map(({ index }) => index));
 * assert.deepEqual(indices.toSorted(), [0, 1, 2, 3, 4, 5]);
 * ```
 */
export function orderOf(
  { sources, buckets, seed }: OrderOptions,
  epoch: number,
): PlannedBatch[] {
  const rng = new Rng(seed).fork(`epoch ${epoch}`);
  const lengths = sources.map(({ source }) => source.length);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const counts = apportion(
    total,
    sources.map(({ source, weight = source.length }) => weight),
  );
  const turns = shuffled(
    counts.flatMap((count, source) => new Array<number>(count).fill(source)),
    rng.fork("turns"),
  );
  const next = counts.map((count, source) =>
    sequence(
      new Rng(seed).fork(`source ${source}`),
      lengths[source]!,
      epoch * count,
    )
  );
  const pick = rng.fork("buckets");
  const weights = buckets.map(({ weight = 1 }) => weight);
  const order: PlannedBatch[] = [];
  for (let at = 0;;) {
    const bucket = buckets[weighted(pick, weights)]!;
    if (at + bucket.batch > turns.length) break;
    const clips = turns.slice(at, at + bucket.batch).map((source) => ({
      source,
      index: next[source]!(),
    }));
    order.push({ bucket, clips });
    at += bucket.batch;
  }
  if (order.length === 0) {
    throw new InputError(
      "Cannot make batches: an epoch must have as many clips as a batch, " +
        `${Math.max(...buckets.map(({ batch }) => batch))}: current value is ` +
        `${total}; make the batches smaller or the sources longer`,
    );
  }
  return order;
}

/** Whole numbers in proportion to weights, by largest remainders. */
function apportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  const shares = weights.map((weight) => total * weight / sum);
  const counts = shares.map(Math.floor);
  const left = total - counts.reduce((a, b) => a + b, 0);
  shares
    .map((share, i) => ({ i, rest: share - counts[i]! }))
    .sort((a, b) => b.rest - a.rest || a.i - b.i)
    .slice(0, left)
    .forEach(({ i }) => counts[i]!++);
  return counts;
}

/**
 * Goes through a source again and again, each time in another order.
 *
 * @param from How many clips were taken before.
 */
function sequence(rng: Rng, length: number, from: number): () => number {
  let [at, pass] = [from, -1];
  let order: number[] = [];
  return () => {
    const now = Math.floor(at / length);
    if (now !== pass) {
      pass = now;
      order = shuffled([...new Array(length).keys()], rng.fork(`pass ${pass}`));
    }
    return order[at++ % length]!;
  };
}

/** Fisher and Yates. */
function shuffled<T>(list: T[], rng: Rng): T[] {
  for (let i = list.length - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}

function weighted(rng: Rng, weights: readonly number[]): number {
  let rest = rng.uniform() * weights.reduce((a, b) => a + b, 0);
  return Math.max(0, weights.findIndex((weight) => (rest -= weight) < 0));
}
