import { createHash } from "node:crypto";

/** Bytes per read. */
const CHUNK = 1 << 20;

/**
 * The SHA-256 of a file, read in chunks.
 *
 * @returns 64 hexadecimal digits.
 */
export async function contentHash(path: string): Promise<string> {
  using file = await Deno.open(path);
  const hash = createHash("sha256");
  const chunk = new Uint8Array(CHUNK);
  for (;;) {
    const count = await file.read(chunk);
    if (count === null) return hash.digest("hex");
    hash.update(chunk.subarray(0, count));
  }
}
