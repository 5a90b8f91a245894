import { hashOf, InputError, Rng } from "../../core/mod.ts";
import type { CaptionedClip } from "./clip_source.ts";
import {
  type Bucket,
  orderOf,
  type OrderOptions,
  type PlannedBatch,
} from "./order.ts";

/** Clips of one shape. */
export interface Batch {
  readonly bucket: Bucket;
  readonly clips: readonly CaptionedClip[];
  /** From 0 up. */
  readonly epoch: number;
}

/** Where a loader stands, as plain JSON: what a checkpoint keeps. */
export interface Cursor {
  readonly epoch: number;
  /** Batches of the epoch that were given. */
  readonly batch: number;
  /** Names the order, which must be the same to go on. */
  readonly order: string;
}

/** What a loader is told. */
export interface BatchesOptions extends OrderOptions {
  /** Where to go on; from the beginning if absent. */
  readonly cursor?: Cursor;
  /** Batches that are made ahead, default 2. */
  readonly ahead?: number;
}

/** Gives batches for ever. */
export interface Loader extends AsyncDisposable {
  /** Behind the last batch that was given. */
  readonly cursor: Cursor;
  /**
   * The next batch.
   *
   * @throws what making it threw; asked again, it is tried again.
   */
  next(): Promise<Batch>;
}

/**
 * Loads batches from any mix of sources, in an exact order that follows from
 * the seed: what comes after a cursor is the same in every run.
 *
 * The next batches are made while the last one is in use. Sources that take
 * time on this thread do so in workers of their own: see `workerClips`.
 *
 * @throws {InputError} naming the field, if an option cannot be used, or the
 * cursor belongs to another order
 *
 * @example
 * ```ts
 * import { batches } from "lib/dataset/batches/mod.ts";
 * import { syntheticClips } from "lib/dataset/synthetic/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const source = syntheticClips({ phase: 1, split: "train", seed: 0, length: 100 });
 * const bucket = { frames: 4, height: 32, width: 32, fps: 4, batch: 2 };
 * const options = { sources: [{ source }], buckets: [bucket], seed: 0 };
 * await using loader = batches(options);
 * await loader.next();
 * const saved = JSON.stringify(loader.cursor);
 * const second = await loader.next();
 *
 * await using later = batches({ ...options, cursor: JSON.parse(saved) });
 * assert.deepEqual(await later.next(), second);
 * ```
 */
export function batches(options: BatchesOptions): Loader {
  checkOptions(options);
  return new PrefetchingLoader(options);
}

class PrefetchingLoader implements Loader {
  readonly #options: BatchesOptions;
  readonly #order: string;
  readonly #ahead: number;
  /** The batches of the epoch it stands in, and of the next where it looks ahead. */
  readonly #plans = new Map<number, readonly PlannedBatch[]>();
  /** Of the next batch to be given. */
  #place: { epoch: number; batch: number };
  /** Batches that were begun, from {@link #place} on. */
  #begun: Promise<Batch>[] = [];

  constructor(options: BatchesOptions) {
    this.#options = options;
    this.#order = nameOf(options);
    this.#ahead = options.ahead ?? 2;
    const { epoch, batch } = options.cursor ?? { epoch: 0, batch: 0 };
    this.#place = this.#after({ epoch, batch: batch - 1 });
  }

  get cursor(): Cursor {
    return { ...this.#place, order: this.#order };
  }

  async next(): Promise<Batch> {
    let place = this.#place;
    for (let i = 0; i <= this.#ahead; i++) {
      if (this.#begun.length <= i) {
        const batch = this.#make(place);
        batch.catch(() => {}); // thrown where the batch is asked for
        this.#begun.push(batch);
      }
      place = this.#after(place);
    }
    try {
      const batch = await this.#begun[0]!;
      this.#begun.shift();
      this.#place = this.#after(this.#place);
      this.#plans.delete(this.#place.epoch - 1);
      return batch;
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const begun = this.#begun;
    this.#begun = [];
    await Promise.allSettled(begun);
  }

  #planOf(epoch: number): readonly PlannedBatch[] {
    let plan = this.#plans.get(epoch);
    if (plan === undefined) {
      plan = orderOf(this.#options, epoch);
      this.#plans.set(epoch, plan);
    }
    return plan;
  }

  #after(
    { epoch, batch }: { epoch: number; batch: number },
  ): { epoch: number; batch: number } {
    return batch + 1 < this.#planOf(epoch).length
      ? { epoch, batch: batch + 1 }
      : { epoch: epoch + 1, batch: 0 };
  }

  async #make(
    { epoch, batch }: { epoch: number; batch: number },
  ): Promise<Batch> {
    const { sources, seed } = this.#options;
    const { bucket, clips } = this.#planOf(epoch)[batch]!;
    const { frames, height, width, fps } = bucket;
    const rng = new Rng(seed).fork(`clips ${epoch}/${batch}`);
    return {
      bucket,
      epoch,
      clips: await Promise.all(
        clips.map(({ source, index }, i) =>
          sources[source]!.source.clipAt(
            index,
            { frames, height, width, fps },
            rng.fork(`${i}`),
          )
        ),
      ),
    };
  }
}

/** A short name of everything that the order follows from. */
function nameOf({ sources, buckets, seed }: OrderOptions): string {
  const parts = [
    seed,
    sources.map(({ source: { name, length }, weight }) => [
      name,
      length,
      weight ?? length,
    ]),
    buckets.map(({ frames, height, width, fps, batch, weight = 1 }) => [
      frames,
      height,
      width,
      fps,
      batch,
      weight,
    ]),
  ];
  return hashOf(JSON.stringify(parts)).toString(16).padStart(8, "0");
}

function checkOptions(options: BatchesOptions): void {
  const { sources, buckets, seed, cursor, ahead = 2 } = options;
  const refuse = (field: string, rule: string, value: unknown): never => {
    throw new InputError(
      `Cannot load batches: ${field} must ${rule}: current value is ${
        JSON.stringify(value)
      }`,
    );
  };
  const whole = (field: string, value: number, least: number): void => {
    if (!Number.isInteger(value) || value < least) {
      refuse(field, `be a whole number from ${least}`, value);
    }
  };
  whole("seed", seed, 0);
  whole("ahead", ahead, 0);
  if (sources.length === 0) refuse("sources", "name one or more", []);
  for (const { source, weight = source.length } of sources) {
    whole(`length of "${source.name}"`, source.length, 1);
    if (!(weight > 0 && weight < Infinity)) {
      refuse(`weight of "${source.name}"`, "be above 0", weight);
    }
  }
  if (buckets.length === 0) refuse("buckets", "name one or more", []);
  for (const { frames, height, width, fps, batch, weight = 1 } of buckets) {
    whole("frames of a bucket", frames, 1);
    whole("height of a bucket", height, 1);
    whole("width of a bucket", width, 1);
    whole("batch of a bucket", batch, 1);
    if (!(fps > 0 && fps < Infinity)) {
      refuse("fps of a bucket", "be above 0", fps);
    }
    if (!(weight > 0 && weight < Infinity)) {
      refuse("weight of a bucket", "be above 0", weight);
    }
  }
  if (cursor === undefined) return;
  whole("epoch of the cursor", cursor.epoch, 0);
  whole("batch of the cursor", cursor.batch, 0);
  if (cursor.order !== nameOf(options)) {
    throw new InputError(
      "Cannot go on loading batches: the sources, weights, buckets and seed " +
        "must be those of the cursor: they make the order " +
        `${nameOf(options)}, the cursor stands in ${cursor.order}; ` +
        "use the same options, or begin anew without a cursor",
    );
  }
}
