import { type DeviceTensor, isDeviceTensor } from "../../compiler/mod.ts";
import { leavesOf } from "../../core/mod.ts";

/**
 * Sums over microbatches in the memory of the host: the device has the gradients
 * of one microbatch, which the next one replaces, and needs no second copy to add
 * them. After the last microbatch the sums are in the tensors of the device, the
 * same bit for bit as those that it adds itself.
 */
export class HostSums {
  readonly #leaves: readonly (readonly [path: string, tensor: DeviceTensor])[];
  readonly #sums = new Map<string, Float32Array<ArrayBuffer>>();

  /** @param sums A tree of float32 tensors on a device: those of one microbatch. */
  constructor(sums: unknown) {
    this.#leaves = leavesOf(sums, isDeviceTensor);
  }

  /**
   * Adds what the tensors have.
   *
   * @param isLast Whether no microbatch follows: the tensors then get the sums,
   *   and the next call begins new ones.
   */
  async add({ isLast }: { readonly isLast: boolean }): Promise<void> {
    const isFirst = this.#sums.size === 0;
    if (isFirst && isLast) return;
    for (const [path, tensor] of this.#leaves) {
      const { data, shape } = await tensor.read();
      const values = data as Float32Array<ArrayBuffer>;
      const sum = this.#sums.get(path);
      if (!sum) {
        this.#sums.set(path, values.slice());
        continue;
      }
      for (let i = 0; i < sum.length; i++) sum[i]! += values[i]!;
      if (!isLast) continue;
      await tensor.write({ dtype: "float32", shape, data: sum });
      this.#sums.delete(path);
    }
  }
}
