import assert from "node:assert/strict";

/** Replaces a text in a file of bytes by one of the same length. */
export async function replaceText(
  path: string,
  from: string,
  to: string,
): Promise<void> {
  assert.equal(from.length, to.length);
  const bytes = await Deno.readFile(path);
  // One character a byte; TextDecoder has no such encoding.
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const at = text.indexOf(from);
  assert.notEqual(at, -1, `"${from}" is not in the file`);
  bytes.set(new TextEncoder().encode(to), at);
  await Deno.writeFile(path, bytes);
}
