import { InputError, type NdArray } from "../../core/mod.ts";
import { type Metadata, sealOf, type Shapes, withSeal } from "./_seal.ts";
import { digestOf } from "./digest.ts";
import type { SafetensorsOptions } from "./write.ts";

/**
 * Metadata with two checksums: `digest` of the tensors, and `seal` of all other
 * metadata and of names and shapes. The second is checked by the header alone.
 *
 * @param options How the file is written: the digest is that of the numbers
 *   which a reader gets.
 */
export function sealed(
  tensors: readonly (readonly [name: string, array: NdArray])[],
  metadata: Metadata,
  { dtype }: SafetensorsOptions = {},
): Metadata & { readonly digest: string } {
  const stored = dtype === "float16"
    ? tensors.map(([name, array]) => [name, halved(array)] as const)
    : tensors;
  return withSeal({ ...metadata, digest: digestOf(stored) }, tensors);
}

/** Float32 values rounded to those that half precision has. */
function halved(array: NdArray): NdArray {
  return array.dtype === "float32"
    ? { ...array, data: Float32Array.from(new Float16Array(array.data)) }
    : array;
}

/**
 * Compares the metadata of a file with its seal. Files of earlier versions have
 * none and pass.
 *
 * @param fix The end of the error message.
 * @throws {InputError} if they differ
 */
export function checkSeal(
  path: string,
  { seal, ...metadata }: Metadata,
  tensors: Shapes,
  fix: string,
): void {
  if (seal === undefined || seal === sealOf(metadata, tensors)) return;
  throw corrupt(path, fix);
}

/**
 * Compares the tensors of a file with its digest.
 *
 * @param tensors As the file has them, in its order.
 * @throws {InputError} if they differ
 */
export function checkDigest(
  path: string,
  { digest }: Metadata,
  tensors: Iterable<readonly [string, NdArray]>,
  fix: string,
): void {
  if (digest !== digestOf(tensors)) throw corrupt(path, fix);
}

function corrupt(path: string, fix: string): InputError {
  return new InputError(`Checksum mismatch: "${path}" is corrupt; ${fix}`);
}
