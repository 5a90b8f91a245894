import type { NdArray } from "../../core/mod.ts";
import { openStateDict } from "../../formats/pytorch/mod.ts";
import { readSafetensors } from "../../formats/safetensors/mod.ts";
import type { ForeignTensor } from "./mapping.ts";

/** The tensors of a foreign file, and what closes it. */
export interface ForeignFile extends Disposable {
  readonly tensors: ReadonlyMap<string, ForeignTensor>;
}

/**
 * Opens a state dictionary: safetensors by its ending, else what PyTorch wrote.
 *
 * @throws {InputError} naming the file, if it is missing, damaged or another kind
 */
export async function openForeign(path: string): Promise<ForeignFile> {
  if (!path.endsWith(".safetensors")) return await openStateDict(path);
  const { tensors } = await readSafetensors(path);
  return {
    tensors: new Map(
      [...tensors].map(([name, array]: [string, NdArray]) => [
        name,
        { shape: array.shape, read: () => array },
      ]),
    ),
    [Symbol.dispose]() {},
  };
}
