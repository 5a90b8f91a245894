import {
  isNdArray,
  leavesOf,
  type MapLeaves,
  mapTree,
  type NdArray,
} from "../../core/mod.ts";
import {
  type Device,
  type DeviceTensor,
  isDeviceTensor,
  type UploadOptions,
} from "./device.ts";

/** A tree of arrays, placed on a device. */
export type OnDevice<X> = MapLeaves<X, NdArray, DeviceTensor>;

/**
 * Copies a tree of arrays to a device.
 *
 * @example
 * ```ts
 * import { openDevice, readState, uploadState } from "lib/compiler/mod.ts";
 * import { float32 } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * using device = await openDevice("cpu");
 * const state = await uploadState(device, { w: float32([1], [3]) });
 * assert.deepEqual([...(await readState(state)).w.data], [3]);
 * ```
 */
export async function uploadState<X>(
  device: Device,
  arrays: X,
  options?: UploadOptions,
): Promise<OnDevice<X>> {
  const tensors = new Map<string, DeviceTensor>();
  for (const [path, array] of leavesOf(arrays, isNdArray)) {
    tensors.set(path, await device.upload(array, options));
  }
  return mapTree(arrays, isNdArray, (_, path) => tensors.get(path)!);
}

/** Copies a tree of device tensors back to host memory. */
export async function readState<S>(
  state: S,
): Promise<MapLeaves<S, DeviceTensor, NdArray>>;
/** The same where the state is generic: `X`, its tree of arrays, must be named. */
export async function readState<X>(state: OnDevice<X>): Promise<X>;
export async function readState(state: unknown): Promise<unknown> {
  const arrays = new Map<string, NdArray>();
  for (const [path, tensor] of leavesOf(state, isDeviceTensor)) {
    arrays.set(path, await tensor.read());
  }
  return mapTree(state, isDeviceTensor, (_, path) => arrays.get(path)!);
}

/** Frees a tree of device tensors. */
export function disposeState(state: unknown): void {
  for (const [, tensor] of leavesOf(state, isDeviceTensor)) {
    tensor[Symbol.dispose]();
  }
}
