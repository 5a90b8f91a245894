import { deserialize, serialize } from "node:v8";
import type { Ranks } from "./ranks.ts";

/** The consecutive items of a rank. */
export interface Share {
  readonly first: number;
  readonly count: number;
}

/**
 * Which of `count` items a rank takes: as many as the others, or one more.
 *
 * @example
 * ```ts
 * import { shareOf } from "lib/ranks/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(shareOf({ rank: 1, size: 3 }, 4), { first: 2, count: 1 });
 * ```
 */
export function shareOf(
  { rank, size }: Pick<Ranks, "rank" | "size">,
  count: number,
): Share {
  const least = Math.floor(count / size);
  const more = count % size;
  return {
    first: rank * least + Math.min(rank, more),
    count: least + (rank < more ? 1 : 0),
  };
}

/**
 * The items of a rank's whole batches, from `first` to `end`, not included, so that
 * each item has the batch that it has in one process.
 */
export function batchShareOf(
  ranks: Pick<Ranks, "rank" | "size">,
  count: number,
  batch: number,
): { readonly first: number; readonly end: number } {
  const share = shareOf(ranks, Math.ceil(count / batch));
  const first = share.first * batch;
  return { first, end: Math.min(count, first + share.count * batch) };
}

/** Does work on rank 0 alone; the others wait until it is done. */
export async function onFirstRank(
  ranks: Ranks,
  work: () => Promise<unknown>,
): Promise<void> {
  if (ranks.rank === 0) await work();
  await ranks.barrier();
}

/** The values of all ranks, joined in their order, bit for bit. */
export async function joined(
  ranks: Ranks,
  own: Float32Array,
): Promise<Float32Array> {
  if (ranks.size === 1) return own;
  const lengths = await lengthsOf(ranks, own.length);
  const before = lengths.slice(0, ranks.rank).reduce((a, b) => a + b, 0);
  const all = new Float32Array(lengths.reduce((a, b) => a + b, 0));
  all.set(own, before);
  await ranks.gather(all, lengths);
  return all;
}

/** Values of each rank. */
async function lengthsOf(ranks: Ranks, own: number): Promise<number[]> {
  const sent = new Float64Array(ranks.size).fill(own);
  const received = await ranks.exchange(new Uint8Array(sent.buffer));
  return [...new Float64Array(received.buffer)];
}

/** The value of each rank on all ranks, in their order: plain data, typed arrays and maps. */
export async function fromAllRanks<T>(ranks: Ranks, own: T): Promise<T[]> {
  if (ranks.size === 1) return [own];
  const bytes = serialize(own);
  const lengths = await lengthsOf(ranks, bytes.length);
  const block = Math.max(...lengths);
  const sent = new Uint8Array(ranks.size * block);
  for (let to = 0; to < ranks.size; to++) sent.set(bytes, to * block);
  const received = await ranks.exchange(sent);
  return lengths.map((length, rank) =>
    deserialize(received.subarray(rank * block, rank * block + length)) as T
  );
}

/** The value of rank 0 on all ranks: plain data, typed arrays and maps. */
export async function fromFirstRank<T>(
  ranks: Ranks,
  value: () => T | Promise<T>,
): Promise<T> {
  if (ranks.size === 1) return await value();
  const own = ranks.rank === 0 ? serialize(await value()) : new Uint8Array();
  const length = new Float64Array([own.length]);
  await ranks.broadcast(new Uint8Array(length.buffer));
  const bytes = ranks.rank === 0 ? own : new Uint8Array(length[0]!);
  await ranks.broadcast(bytes);
  return deserialize(bytes) as T;
}
