import { type NdArray, sizeOf } from "../../core/mod.ts";
import type { DeviceTensor } from "./device.ts";

/**
 * Reads float32 tensors one after another into one buffer, which the next read
 * overwrites. A new array for each tensor would leave gigabytes for the garbage
 * collector.
 *
 * @example
 * ```ts
 * import { openDevice, TensorReader } from "lib/compiler/mod.ts";
 * import { float32 } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * using device = await openDevice("cpu");
 * const reader = new TensorReader();
 * const first = await reader.read(await device.upload(float32([2], [1, 2])));
 * assert.deepEqual([...first.data], [1, 2]);
 * await reader.read(await device.upload(float32([1], [3])));
 * assert.deepEqual([...first.data], [3, 2]); // the same memory
 * ```
 */
export class TensorReader {
  #room = new Float32Array(0);

  /** @returns the values, until the next read */
  async read(tensor: DeviceTensor): Promise<NdArray<"float32">> {
    const { shape } = tensor.type;
    const size = sizeOf(shape);
    if (this.#room.length < size) this.#room = new Float32Array(size);
    const data = this.#room.subarray(0, size);
    const array: NdArray<"float32"> = { dtype: "float32", shape, data };
    await tensor.readInto(array);
    return array;
  }
}
