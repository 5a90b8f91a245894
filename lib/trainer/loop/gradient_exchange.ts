import { type DeviceTensor, isDeviceTensor } from "../../compiler/mod.ts";
import { leavesOf, type NdArray, sizeOf, zeros } from "../../core/mod.ts";
import type { Ranks } from "../../ranks/mod.ts";
import { compressedSum, type Compression } from "./compressed_sum.ts";
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

/** Arrays of fewer values travel as they are: the loss among them. */
const LEAST = 4096;

/** Where sums have their loss, and their gradients. */
const LOSS = "loss";
const GRADIENTS = "gradients/";

/**
 * Prepares to add gradients and loss over the ranks: on each, its own gradients
 * and the loss become the sums. Some travel as one array, which is much faster
 * than one by one, and of tables only rows that any rank used.
 *
 * @param sums A tree of float32 tensors on a device, the same on all ranks:
 *   `gradients` in the form of the parameters, `loss`.
 * @param isOwn Whether this rank updates a parameter.
 * @param compression What a compressed sum loses is added to the next one; it is
 *   lost where a run resumes.
 */
export function gradientExchange(
  ranks: Ranks,
  sums: { readonly gradients: unknown; readonly loss: unknown },
  isOwn: (path: string) => boolean,
  compression: Compression = "none",
): GradientExchange {
  const leaves = new Map(
    leavesOf(sums, isDeviceTensor) as [string, DeviceTensor][],
  );
  const waiting = new Set(leaves.keys());
  let work: Promise<number> = Promise.resolve(0);
  const residuals = new Map<string, Float32Array>();
  /** Adds an array made of views of the arrays of some tensors. */
  const addAll = async (
    flat: Float32Array,
    paths: readonly string[],
    arrays: readonly NdArray[],
    views: readonly (readonly Float32Array[])[],
  ): Promise<void> => {
    if (compression === "none" || flat.length < LEAST) {
      return await ranks.sum(flat);
    }
    const places = paths.flatMap((path, i) => {
      if (!residuals.has(path)) {
        const { shape } = leaves.get(path)!.type;
        residuals.set(path, new Float32Array(sizeOf(shape)));
      }
      const { byteOffset } = arrays[i]!.data;
      return views[i]!.map((view) => {
        const begin = (view.byteOffset - byteOffset) / 4;
        return residuals.get(path)!.subarray(begin, begin + view.length);
      });
    });
    const residual = new Float32Array(flat.length);
    let begin = 0;
    for (const place of places) {
      residual.set(place, begin);
      begin += place.length;
    }
    await compressedSum(ranks, flat, residual, compression);
    begin = 0;
    for (const place of places) {
      place.set(residual.subarray(begin, begin += place.length));
    }
  };
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
    await addAll(flat, paths, arrays, ranges);
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
    if (compression !== "none" && paths.length > 1 && paths.includes(LOSS)) {
      // The loss is exact.
      begin(paths.filter((path) => path !== LOSS), hasOwn);
      return begin([LOSS], hasOwn);
    }
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
