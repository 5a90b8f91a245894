import { type DeviceTensor, isDeviceTensor } from "../../compiler/mod.ts";
import { leavesOf, sizeOf } from "../../core/mod.ts";
import type { Ranks } from "../../ranks/mod.ts";

/** Adds tensors over ranks. */
export interface GradientExchange {
  /**
   * Begins to add some tensors, whose values are final: they are read, added and
   * written back while other work goes on. All ranks call it with the same paths
   * in the same order.
   */
  begin(paths: readonly string[]): void;
  /**
   * Adds the others, and waits for all.
   *
   * @param hasOwn Whether this rank's tensors count; its values are stale where
   *   it had no work.
   * @returns the sum of the squares of the gradients that this rank updates with
   */
  end(hasOwn: boolean): Promise<number>;
}

/** Where sums have their gradients. */
const GRADIENTS = "gradients/";

/**
 * Prepares to add gradients and loss over the ranks: on each, its own gradients
 * and the loss become the sums. Some travel as one array, which is much faster
 * than one by one.
 *
 * @param sums A tree of float32 tensors on a device, the same on all ranks:
 *   `gradients` in the form of the parameters, `loss`.
 * @param isOwn Whether this rank updates a parameter.
 */
export function gradientExchange(
  ranks: Ranks,
  sums: { readonly gradients: unknown; readonly loss: unknown },
  isOwn: (path: string) => boolean,
): GradientExchange {
  const leaves = new Map(
    leavesOf(sums, isDeviceTensor) as [string, DeviceTensor][],
  );
  const waiting = new Set(leaves.keys());
  let work: Promise<number> = Promise.resolve(0);
  const add = async (
    paths: readonly string[],
    hasOwn: boolean,
  ): Promise<number> => {
    const parts = paths.map((path) => leaves.get(path)!);
    const flat = new Float32Array(
      parts.reduce((sum, { type }) => sum + sizeOf(type.shape), 0),
    );
    let begin = 0;
    const places = parts.map(({ type }) =>
      flat.subarray(begin, begin += sizeOf(type.shape))
    );
    for (const [i, tensor] of hasOwn ? parts.entries() : []) {
      places[i]!.set((await tensor.read()).data);
    }
    await ranks.sum(flat);
    let squares = 0;
    for (const [i, { type: { shape } }] of parts.entries()) {
      const path = paths[i]!;
      const isGradient = path.startsWith(GRADIENTS);
      if (isGradient && !isOwn(path.slice(GRADIENTS.length))) continue;
      const data = places[i]!;
      if (isGradient) squares += squaresOf(data);
      await parts[i]!.write({ dtype: "float32", shape, data });
    }
    return squares;
  };
  const begin = (paths: readonly string[], hasOwn: boolean): void => {
    for (const path of paths) waiting.delete(path);
    const before = work;
    work = (async () => {
      const squares = await before;
      return squares + await add(paths, hasOwn);
    })();
    work.catch(() => {}); // it is thrown at the end
  };
  return {
    begin: (paths) => begin(paths, true),
    async end(hasOwn) {
      if (waiting.size > 0) begin([...waiting], hasOwn);
      const all = work;
      work = Promise.resolve(0);
      for (const path of leaves.keys()) waiting.add(path);
      return await all;
    },
  };
}

function squaresOf(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return sum;
}
