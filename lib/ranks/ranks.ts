/**
 * The processes that work on one task, numbered from 0. Every method but
 * `abort` is collective: all ranks call it, in the same order, and each waits
 * for the others.
 */
export interface Ranks {
  /** Number of this process, from 0. */
  readonly rank: number;
  /** Number of processes. */
  readonly size: number;
  /** Replaces values by their sums over the ranks, bit for bit the same on all. */
  sum(values: Float32Array): Promise<void>;
  /**
   * Replaces the range of each rank by that rank's values; the ranges lie in the
   * order of the ranks.
   *
   * @param lengths Values of each rank, the same list on all.
   */
  gather(values: Float32Array, lengths: readonly number[]): Promise<void>;
  /**
   * Sends each rank a block of bytes, in the order of the ranks; returns the
   * blocks of all ranks for this one, in their order.
   *
   * @param bytes As many for each rank.
   */
  exchange(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
  /** Replaces bytes by those of rank 0. */
  broadcast(bytes: Uint8Array): Promise<void>;
  /** Waits until all ranks have come here. */
  barrier(): Promise<void>;
  /** Ends the processes of all ranks, this one too. */
  abort(exitCode: number): void;
}

/**
 * A process without others.
 *
 * @example
 * ```ts
 * import { ONE_RANK } from "lib/ranks/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const values = Float32Array.of(1, 2);
 * await ONE_RANK.sum(values);
 * assert.deepEqual([...values], [1, 2]);
 * ```
 */
export const ONE_RANK: Ranks = {
  rank: 0,
  size: 1,
  sum: () => Promise.resolve(),
  gather: () => Promise.resolve(),
  exchange: (bytes) => Promise.resolve(Uint8Array.from(bytes)),
  broadcast: () => Promise.resolve(),
  barrier: () => Promise.resolve(),
  abort() {
    throw new TypeError("Cannot abort: there are no other ranks");
  },
};
