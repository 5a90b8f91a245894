import {
  BYTES_PER_ELEMENT,
  type DType,
  Lifetime,
  type NdArray,
  sizeOf,
} from "../../core/mod.ts";
import { OrtApi } from "./ort_api.ts";

/** `ONNXTensorElementDataType`. */
export const ELEMENT_TYPES: Readonly<Record<DType, number>> = {
  float32: 1,
  int32: 6,
  bool: 9,
};

/** A tensor of the runtime, in whatever memory; freed when disposed of. */
export interface RuntimeValue extends Disposable {
  readonly handle: Deno.PointerObject;
}

/**
 * A tensor of the runtime over the memory of an array; both share their values.
 */
export class HostValue implements RuntimeValue {
  readonly #api = OrtApi.open();
  readonly #handle: Deno.PointerObject;
  readonly #lifetime = new Lifetime("a value of the runtime");

  /** Keeps the array, so that its memory lives as long as this does. */
  constructor(readonly array: NdArray) {
    const { dtype, shape, data } = array;
    const bytes = sizeOf(shape) * BYTES_PER_ELEMENT[dtype];
    this.#handle = this.#api.create(
      "CreateTensorWithDataAsOrtValue",
      this.#api.cpuMemory,
      data,
      BigInt(bytes),
      new BigInt64Array(shape.map(BigInt)),
      BigInt(shape.length),
      ELEMENT_TYPES[dtype],
    );
  }

  get handle(): Deno.PointerObject {
    this.#lifetime.check();
    return this.#handle;
  }

  [Symbol.dispose](): void {
    this.#lifetime.end(() => this.#api.release("ReleaseValue", this.#handle));
  }
}
