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

/** Does work on rank 0 alone; the others wait until it is done. */
export async function onFirstRank(
  ranks: Ranks,
  work: () => Promise<unknown>,
): Promise<void> {
  if (ranks.rank === 0) await work();
  await ranks.barrier();
}

/**
 * The values of all ranks, joined in their order. Each rank fills its own part
 * of a sum with zeros elsewhere, so that NaN and infinities arrive as well.
 */
export async function joined(
  ranks: Ranks,
  own: Float32Array,
): Promise<Float32Array> {
  if (ranks.size === 1) return own;
  const lengths = new Float32Array(ranks.size); // exact below 2 ** 24
  lengths[ranks.rank] = own.length;
  await ranks.sum(lengths);
  const before = lengths.subarray(0, ranks.rank).reduce((a, b) => a + b, 0);
  const all = new Float32Array(lengths.reduce((a, b) => a + b, 0));
  all.set(own, before);
  await ranks.sum(all);
  return all;
}

/** The value of rank 0 on all ranks, by way of JSON. */
export async function fromFirstRank<T>(
  ranks: Ranks,
  value: () => T | Promise<T>,
): Promise<T> {
  if (ranks.size === 1) return await value();
  const own = ranks.rank === 0
    ? new TextEncoder().encode(JSON.stringify({ value: await value() }))
    : new Uint8Array();
  const length = new Float64Array([own.length]);
  await ranks.broadcast(new Uint8Array(length.buffer));
  const bytes = ranks.rank === 0 ? own : new Uint8Array(length[0]!);
  await ranks.broadcast(bytes);
  return JSON.parse(new TextDecoder().decode(bytes)).value;
}
