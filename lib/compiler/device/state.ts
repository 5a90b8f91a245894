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

/**
 * Moves a tree of arrays to a device: no second copy of them remains in memory.
 * The arrays must have storage of their own and must not be used afterwards.
 *
 * @example
 * ```ts
 * import { moveState, openDevice, takeState } from "lib/compiler/mod.ts";
 * import { float32 } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * using device = await openDevice("cpu");
 * const state = await moveState(device, { w: float32([1], [3]) });
 * assert.deepEqual([...(await takeState<{ w: { data: Float32Array } }>(state)).w.data], [3]);
 * ```
 */
export async function moveState<X>(
  device: Device,
  arrays: X,
): Promise<OnDevice<X>> {
  const tensors = new Map<string, DeviceTensor>();
  for (const [path, array] of leavesOf(arrays, isNdArray)) {
    tensors.set(path, await device.upload(array, { share: true }));
    // The CPU computes in the array's own memory; others have copied it.
    if (device.name !== "cpu") array.data.buffer.transfer(0);
  }
  return mapTree(arrays, isNdArray, (_, path) => tensors.get(path)!);
}

/**
 * Reads a tree of device tensors and disposes of each before it reads the next:
 * the inverse of {@link moveState}.
 */
export async function takeState<X>(state: unknown): Promise<X> {
  const arrays = new Map<string, NdArray>();
  for (const [path, tensor] of leavesOf(state, isDeviceTensor)) {
    arrays.set(path, await tensor.read());
    tensor[Symbol.dispose]();
  }
  return mapTree(state, isDeviceTensor, (_, path) => arrays.get(path)!) as X;
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
