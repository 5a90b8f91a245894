import { copyOf, type MapLeaves, mapTree, type NdArray } from "../core/mod.ts";
import { isNdArray } from "../core/mod.ts";
import type { TensorType } from "./ir/graph.ts";
import { BoundTensor } from "./session/session.ts";

/**
 * A tensor that lives on a device between calls: a parameter, a moment of the
 * optimiser. Compiled functions read and replace it in place.
 */
export class DeviceTensor {
  #current: BoundTensor;
  /** Second memory, for values that cannot be replaced in place. */
  #spare: BoundTensor | undefined;

  constructor(array: NdArray) {
    this.#current = new BoundTensor(array);
  }

  get type(): TensorType {
    const { dtype, shape } = this.#current.array;
    return { dtype, shape };
  }

  /** The values as they are now, copied. */
  read(): NdArray {
    return copyOf(this.#current.array);
  }

  /** Replaces the values. */
  write(array: NdArray): void {
    this.#current.array.data.set(array.data);
  }

  /** What a session reads. */
  get bound(): BoundTensor {
    return this.#current;
  }

  /** Other memory for the next values, until {@link DeviceTensor.swap}. */
  get spare(): BoundTensor {
    return this.#spare ??= new BoundTensor(copyOf(this.#current.array));
  }

  /** Makes the spare memory the current one, and the other way round. */
  swap(): void {
    [this.#current, this.#spare] = [this.spare, this.#current];
  }

  [Symbol.dispose](): void {
    this.#current[Symbol.dispose]();
    this.#spare?.[Symbol.dispose]();
  }
}

/** A tree of arrays, placed on a device. */
export type OnDevice<X> = MapLeaves<X, NdArray, DeviceTensor>;

/** Where compiled functions run and their state lives. */
export interface Device {
  readonly name: "cpu";
  /** Threads inside one operation. */
  readonly threads: number;
}

/**
 * Opens a device.
 *
 * @example
 * ```ts
 * import { openDevice } from "lib/compiler/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(openDevice("cpu").name, "cpu");
 * ```
 */
export function openDevice(name: "cpu"): Device {
  return { name, threads: navigator.hardwareConcurrency };
}

/**
 * Copies a tree of arrays to a device.
 *
 * @example
 * ```ts
 * import { openDevice, readState, uploadState } from "lib/compiler/mod.ts";
 * import { float32 } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const state = uploadState(openDevice("cpu"), { w: float32([1], [3]) });
 * assert.deepEqual([...readState(state).w.data], [3]);
 * ```
 */
export function uploadState<X>(_device: Device, arrays: X): OnDevice<X> {
  return mapTree(
    arrays,
    isNdArray,
    (array) => new DeviceTensor(copyOf(array)),
  ) as OnDevice<X>;
}

/** Copies a tree of device tensors back to host memory. */
export function readState<X>(
  state: X,
): MapLeaves<X, DeviceTensor, NdArray> {
  return mapTree(
    state,
    isDeviceTensor,
    (tensor) => tensor.read(),
  ) as MapLeaves<X, DeviceTensor, NdArray>;
}

/** Whether a value is a tensor on a device: the leaf of a tree of state. */
export function isDeviceTensor(value: unknown): value is DeviceTensor {
  return value instanceof DeviceTensor;
}
