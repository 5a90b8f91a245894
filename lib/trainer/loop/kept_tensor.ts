import { DeviceTensor } from "../../compiler/mod.ts";
import { copyOf, type NdArray } from "../../core/mod.ts";

/** A tensor that is in the memory of the host for a while, to be read. */
export class KeptTensor extends DeviceTensor {
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

  write(): Promise<void> {
    throw new TypeError("Cannot write to a tensor that is shown: read it");
  }

  [Symbol.dispose](): void {}
}
