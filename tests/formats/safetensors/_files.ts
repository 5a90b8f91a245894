/**
 * Files that break rules.
 *
 * @module
 */

/** Writes a file, hands over its path, and removes it. */
export async function withFile(
  content: Uint8Array,
  test: (path: string) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  try {
    await Deno.writeFile(path, content);
    await test(path);
  } finally {
    await Deno.remove(path);
  }
}

/** A file of a header and zeros; its length says what the header takes unless told. */
export function fileOf(
  header: string | Uint8Array,
  dataBytes: number,
  length?: bigint,
): Uint8Array {
  const text = typeof header === "string"
    ? new TextEncoder().encode(header)
    : header;
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer)
    .setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}
