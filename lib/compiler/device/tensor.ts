import type { NdArray } from "../../core/mod.ts";
import type { TensorType } from "../ir/graph.ts";

/**
 * A tensor that lives on a device between calls: a parameter, a moment of the
 * optimiser. Compiled functions read it and replace its values; a device makes
 * tensors of its own kind.
 */
export abstract class DeviceTensor {
  abstract readonly type: TensorType;
  /** The values as they are now, copied. */
  abstract read(): Promise<NdArray>;
  /** Replaces the values by those of an array of the same type. */
  abstract write(array: NdArray): Promise<void>;
  abstract [Symbol.dispose](): void;
}

/** Whether a value is a tensor on a device: the leaf of a tree of state. */
export function isDeviceTensor(value: unknown): value is DeviceTensor {
  return value instanceof DeviceTensor;
}
