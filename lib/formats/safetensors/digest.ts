import { createHash } from "node:crypto";
import type { NdArray } from "../../core/mod.ts";

/** SHA-256 over names and numbers of tensors, in their order. */
export class TensorDigest {
  readonly #hash = createHash("sha256");

  add(name: string, { data }: NdArray): void {
    this.#hash.update(`${name}\n`);
    this.#hash.update(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
  }

  /** Hexadecimal; ends the digest. */
  hex(): string {
    return this.#hash.digest("hex");
  }
}

/**
 * The {@link TensorDigest} of tensors, hexadecimal.
 */
export function digestOf(
  tensors: Iterable<readonly [string, NdArray]>,
): string {
  const digest = new TensorDigest();
  for (const [name, array] of tensors) digest.add(name, array);
  return digest.hex();
}
