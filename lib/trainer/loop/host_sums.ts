import {
  type DeviceTensor,
  isDeviceTensor,
  TensorReader,
} from "../../compiler/mod.ts";
import { leavesOf, type NdArray, zeros } from "../../core/mod.ts";

/**
 * Sums over microbatches in the memory of the host: the device has the gradients
 * of one microbatch, which the next one replaces, and needs no second copy to add
 * them. After the last microbatch the sums are in the tensors of the device; on
 * the CPU they are the same bit for bit as those that it adds itself.
 */
export class HostSums {
  readonly #leaves: readonly {
    readonly tensor: DeviceTensor;
    readonly sum: NdArray<"float32">;
  }[];
  readonly #reader = new TensorReader();
  #isFirst = true;

  /** @param sums A tree of float32 tensors on a device: those of one microbatch. */
  constructor(sums: unknown) {
    this.#leaves = leavesOf(sums, isDeviceTensor).map(([, tensor]) => ({
      tensor,
      sum: zeros(tensor.type.shape),
    }));
  }

  /**
   * Adds the values of the tensors to the sums.
   *
   * @param isLast Whether no microbatch follows: the tensors then get the sums,
   *   and the next call begins new ones.
   */
  async add({ isLast }: { readonly isLast: boolean }): Promise<void> {
    const isFirst = this.#isFirst;
    this.#isFirst = isLast;
    if (isFirst && isLast) return;
    for (const { tensor, sum } of this.#leaves) {
      if (isFirst) {
        await tensor.readInto(sum);
        continue;
      }
      const { data } = await this.#reader.read(tensor);
      for (let i = 0; i < data.length; i++) sum.data[i]! += data[i]!;
      if (isLast) await tensor.write(sum);
    }
  }
}
