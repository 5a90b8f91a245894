import { createHash } from "node:crypto";
import type { NdArray } from "../../core/mod.ts";

/**
 * SHA-256 over names and numbers, in their order, hexadecimal.
 */
export function digestOf(
  tensors: Iterable<readonly [string, NdArray]>,
): string {
  const hash = createHash("sha256");
  for (const [name, { data }] of tensors) {
    hash.update(`${name}\n`);
    hash.update(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
  }
  return hash.digest("hex");
}
