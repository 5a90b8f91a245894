import { DeviceTensor } from "../../compiler/mod.ts";
import { copyOf, type NdArray } from "../../core/mod.ts";

/** An array in the memory of the host as a tensor. */
export class HostTensor extends DeviceTensor {
  readonly type: DeviceTensor["type"];
  readonly #array: NdArray;

  constructor(array: NdArray) {
    super();
    this.#array = array;
    this.type = { dtype: array.dtype, shape: array.shape };
  }

  read(): Promise<NdArray> {
    return Promise.resolve(copyOf(this.#array));
  }

  override readInto({ data }: NdArray): Promise<void> {
    data.set(this.#array.data);
    return Promise.resolve();
  }

  write({ data }: NdArray): Promise<void> {
    this.#array.data.set(data);
    return Promise.resolve();
  }

  [Symbol.dispose](): void {}
}
