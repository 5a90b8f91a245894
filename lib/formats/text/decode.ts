import { InputError } from "lib/core/mod.ts";

/** Byte-order marks, and the encodings that they announce. */
const MARKS: readonly { bytes: readonly number[]; encoding: string }[] = [
  { bytes: [0xff, 0xfe], encoding: "utf-16le" },
  { bytes: [0xfe, 0xff], encoding: "utf-16be" },
];

/**
 * Decodes a text file: UTF-16 where a byte-order mark announces it, else UTF-8.
 * The mark is no part of the text.
 *
 * @param name Of the file, for the message.
 * @throws {InputError} naming the file and the byte offset of what is neither,
 *   such as a letter in Windows-1252
 *
 * @example
 * ```ts
 * import { decodeText } from "lib/formats/text/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const bytes = new Uint8Array([0xff, 0xfe, 0x61, 0]);
 * assert.equal(decodeText(bytes, "a.txt"), "a");
 * assert.throws(() => decodeText(new Uint8Array([0x61, 0xfc]), "a.txt"), /0xfc at offset 1/);
 * ```
 */
export function decodeText(bytes: Uint8Array, name: string): string {
  const encoding =
    MARKS.find((mark) => mark.bytes.every((byte, i) => bytes[i] === byte))
      ?.encoding ?? "utf-8";
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw notText(name, encodingFault(bytes, encoding));
  }
  // UTF-16 without a mark is valid UTF-8 with a NUL in every second byte.
  const nul = text.indexOf("\0");
  if (nul === -1) return text;
  const offset = new TextEncoder().encode(text.slice(0, nul)).length;
  throw notText(name, `the character at offset ${offset} is NUL`);
}

/**
 * Describes the first byte that does not decode: `byte 0xfc at offset 6 is no
 * UTF-8`.
 *
 * @param bytes Of which at least one does not decode.
 */
export function encodingFault(bytes: Uint8Array, encoding = "utf-8"): string {
  const prefix = (length: number): string | undefined => {
    try {
      const decoder = new TextDecoder(encoding, {
        fatal: true,
        ignoreBOM: true,
      });
      // In streaming mode, a character that is cut off is no error.
      return decoder.decode(bytes.subarray(0, length), { stream: true });
    } catch {
      return undefined;
    }
  };
  let [good, bad] = [0, bytes.length + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (prefix(middle) === undefined) bad = middle;
    else good = middle;
  }
  // The first bytes of the wrong character may have passed.
  const text = prefix(good)!;
  const offset = encoding === "utf-8"
    ? new TextEncoder().encode(text).length
    : text.length * 2;
  const byte = bytes[offset]!.toString(16).padStart(2, "0");
  return `byte 0x${byte} at offset ${offset} is no ${encoding.toUpperCase()}`;
}

function notText(name: string, found: string): InputError {
  return new InputError(
    `Cannot read "${name}": it must be text in UTF-8, or in UTF-16 with a ` +
      `byte-order mark: ${found}; save it as UTF-8`,
  );
}
