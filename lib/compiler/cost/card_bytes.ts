import { bufferBytes, isKept } from "./buffer_pool.ts";
import type { ProgramCost } from "./program_cost.ts";

/** Blocks of memory from which smaller buffers are cut, and which stay. */
const HEAP = 2 ** 23;
const CUT_BELOW = 2 ** 22;
/** A ring through which the provider sends small data. */
const RING = 2 ** 22;

/** The memory of a card through the runtime's WebGPU provider, bytes. */
export interface CardBytes {
  /** Buffers of values inside of programs; the pool keeps them. */
  readonly inside: number;
  /** What the provider takes beside buffers of values: copies, gaps, a ring. */
  readonly runtime: number;
}

/**
 * The memory of programs that run one after another on a card, beside the buffers
 * of their state and their inputs and outputs.
 *
 * A value is copied to the card through two more buffers of its size, one of the
 * pool and one that the host writes. Small buffers are cut from blocks of 8 MiB,
 * of which gaps leave about one empty.
 *
 * Compared with the memory that the driver allocates: docs/specification.md.
 *
 * @param bound Bytes of each value of the state, the inputs and the outputs.
 */
export function cardBytes(
  programs: readonly Pick<ProgramCost, "buffers">[],
  bound: readonly number[],
): CardBytes {
  const most = new Map<number, number>();
  let large = 0;
  for (const { buffers } of programs) {
    large = Math.max(large, buffers?.largeBytes ?? 0);
    for (const [size, count] of buffers?.kept ?? []) {
      most.set(size, Math.max(count, most.get(size) ?? 0));
    }
  }
  const sizes = bound.map(bufferBytes);
  const largest = Math.max(0, ...bound);
  if (largest > 0 && !isKept(bufferBytes(largest))) {
    large = Math.max(large, bufferBytes(largest));
  }
  for (const size of sizes.filter(isKept)) {
    most.set(size, Math.max(1, most.get(size) ?? 0));
  }
  const pooled = [...most].flatMap(([size, count]) =>
    Array<number>(count).fill(size)
  );
  const small = sum([...sizes, ...pooled].filter((size) => size < CUT_BELOW));
  const heaps = (Math.ceil(small / HEAP) + 1) * HEAP;
  return {
    inside: sum(pooled) + large,
    runtime: RING + (heaps - small) + largest,
  };
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
