import type { DeviceTensor } from "../../compiler/mod.ts";
import { leavesOf, sizeOf, treeFrom } from "../../core/mod.ts";
import type { Ranks } from "../../ranks/mod.ts";

/** The rank that updates each parameter, by path: whole tensors, for optimisers that need them. */
export type Owners = ReadonlyMap<string, number>;

/** Values of one rank that travel at once. */
const SLICE = 2 ** 20;

/**
 * Gives each parameter to a rank so that all have about the same bytes of state:
 * the largest first, each to the rank with the least so far.
 *
 * @param bytes State of each parameter.
 *
 * @example
 * ```ts
 * import { ownersOf } from "lib/trainer/loop/shares.ts";
 * import assert from "node:assert/strict";
 *
 * const owners = ownersOf(new Map([["a", 1], ["b", 3], ["c", 2]]), 2);
 * assert.deepEqual([...owners], [["a", 1], ["b", 0], ["c", 1]]);
 * ```
 */
export function ownersOf(
  bytes: ReadonlyMap<string, number>,
  size: number,
): Owners {
  const loads = new Array<number>(size).fill(0);
  const largestFirst = [...bytes].sort(([, a], [, b]) => b - a);
  const owners = new Map(
    largestFirst.map(([path, bytes]) => {
      const rank = loads.indexOf(Math.min(...loads));
      loads[rank]! += bytes;
      return [path, rank];
    }),
  );
  return new Map([...bytes.keys()].map((path) => [path, owners.get(path)!]));
}

/** The leaves of a tree of parameters that a rank owns. */
export function ownPart<L, T>(
  tree: T,
  isLeaf: (value: unknown) => value is L,
  owners: Owners,
  rank: number,
): T {
  return treeFrom(
    leavesOf(tree, isLeaf).filter(([path]) => owners.get(path) === rank),
  ) as T;
}

/** A tensor of which one rank has the values. */
export interface OwnedTensor {
  readonly path: string;
  readonly shape: readonly number[];
  readonly owner: number;
  /** On its owner, float32. */
  readonly tensor?: DeviceTensor | undefined;
}

/**
 * Sends tensors from their owners to all ranks, a few at a time.
 *
 * @param tensors The same ones in the same order on all ranks.
 * @param use Called with each; its values are overwritten afterwards.
 */
export async function fromOwners(
  ranks: Ranks,
  tensors: readonly OwnedTensor[],
  use: (
    tensor: OwnedTensor,
    values: Float32Array<ArrayBuffer>,
  ) => void | Promise<void>,
): Promise<void> {
  const slices = Array.from(
    { length: ranks.size },
    (_, rank) => slicesOf(tensors.filter(({ owner }) => owner === rank)),
  );
  const rounds = Math.max(...slices.map(({ length }) => length));
  for (let round = 0; round < rounds; round++) {
    const sent = slices.map((slices) => slices[round] ?? []);
    const lengths = sent.map((slice) =>
      slice.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    );
    const flat = new Float32Array(lengths.reduce((a, b) => a + b, 0));
    let begin = 0;
    const placed = sent.flat().map((owned) => {
      const end = begin + sizeOf(owned.shape);
      const values = flat.subarray(begin, end);
      begin = end;
      return { owned, values };
    });
    for (const { owned: { owner, shape, tensor }, values } of placed) {
      if (owner !== ranks.rank) continue;
      await tensor!.readInto({ dtype: "float32", shape, data: values });
    }
    await ranks.gather(flat, lengths);
    for (const { owned, values } of placed) await use(owned, values);
  }
}

/** Consecutive tensors in groups of at least so many values. */
function slicesOf(tensors: readonly OwnedTensor[]): OwnedTensor[][] {
  const slices: OwnedTensor[][] = [];
  let length = SLICE;
  for (const tensor of tensors) {
    if (length >= SLICE) {
      slices.push([]);
      length = 0;
    }
    slices.at(-1)!.push(tensor);
    length += sizeOf(tensor.shape);
  }
  return slices;
}
