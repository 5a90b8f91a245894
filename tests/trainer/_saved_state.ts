import {
  type DeviceTensor,
  isDeviceTensor,
} from "lib/compiler/device/device.ts";
import { isNdArray, leavesOf, type NdArray, treeFrom } from "lib/core/mod.ts";
import type { Checkpoint } from "lib/trainer/mod.ts";

/** A checkpoint whose state is in arrays of its own: training goes on with that on the device. */
export async function savedArrays<S>(
  checkpoint: Checkpoint<S>,
): Promise<Checkpoint<S>> {
  const arrays: [string, NdArray][] = [];
  const isLeaf = (leaf: unknown): leaf is NdArray | DeviceTensor =>
    isNdArray(leaf) || isDeviceTensor(leaf);
  for (const [path, leaf] of leavesOf(checkpoint.state, isLeaf)) {
    arrays.push([path, isNdArray(leaf) ? leaf : await leaf.read()]);
  }
  return { ...checkpoint, state: treeFrom(arrays) as S };
}
