import { type DeviceTensor, isDeviceTensor } from "../../compiler/mod.ts";
import { leavesOf, type NdArray, zeros } from "../../core/mod.ts";
import type { Ranks } from "../../ranks/mod.ts";
import { usedRows } from "./used_rows.ts";

/** Adds gradients over ranks. */
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
 * than one by one, and of tables only rows that any rank used.
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
    arrays: readonly NdArray[],
  ): Promise<number> => {
    const ranges = await usedRows(ranks, arrays);
    const flat = new Float32Array(
      ranges.flat().reduce((sum, { length }) => sum + length, 0),
    );
    let begin = 0;
    const parts = ranges.map((views) =>
      views.map((view) => {
        const part = flat.subarray(begin, begin += view.length);
        part.set(view);
        return part;
      })
    );
    await ranks.sum(flat);
    let squares = 0;
    for (const [i, path] of paths.entries()) {
      const isGradient = path.startsWith(GRADIENTS);
      if (isGradient && !isOwn(path.slice(GRADIENTS.length))) continue;
      for (const [j, view] of ranges[i]!.entries()) {
        const part = parts[i]![j]!;
        view.set(part);
        if (isGradient) squares += squaresOf(part);
      }
      await leaves.get(path)!.write(arrays[i]!);
    }
    return squares;
  };
  const begin = (paths: readonly string[], hasOwn: boolean): void => {
    for (const path of paths) waiting.delete(path);
    // At once: on a graphics card, before the work that follows.
    const read = Promise.all(paths.map((path) => {
      const tensor = leaves.get(path)!;
      return hasOwn ? tensor.read() : zeros(tensor.type.shape);
    }));
    const before = work;
    work = (async () => {
      const squares = await before;
      return squares + await add(paths, await read);
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
