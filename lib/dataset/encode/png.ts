import { Buffer } from "node:buffer";
import { crc32, deflateSync } from "node:zlib";
import { CHANNELS, writeFileAtomically } from "lib/core/mod.ts";
import type { Image } from "./image.ts";

/**
 * Encodes an image as PNG.
 *
 * @param image `[H,W,3]`, RGB in [0,255].
 */
export function encodePng({ width, height, data }: Image): Uint8Array {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8); // bits of a value
  header.setUint8(9, 2); // red, green, blue
  // Before each row stands how it is filtered: not at all.
  const stride = width * CHANNELS;
  const rows = new Uint8Array(height * (1 + stride));
  for (let y = 0; y < height; y++) {
    rows.set(
      data.subarray(y * stride, (y + 1) * stride),
      y * (1 + stride) + 1,
    );
  }
  return new Uint8Array(Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", new Uint8Array()),
  ]));
}

/** A part of a PNG file: its length, its name, what is in it, a checksum. */
function chunk(name: string, content: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(content.length + 12);
  bytes.writeUInt32BE(content.length, 0);
  bytes.write(name, 4, "latin1");
  bytes.set(content, 8);
  const checked = bytes.subarray(4, 8 + content.length);
  bytes.writeUInt32BE(crc32(checked), 8 + content.length);
  return bytes;
}

/**
 * Writes an image as a PNG file.
 *
 * @param path Where to; an existing file is replaced in one step.
 * @param image `[H,W,3]`, RGB in [0,255].
 * @throws {InputError} if the folder is missing or must not be written to
 */
export async function writePng(path: string, image: Image): Promise<void> {
  await writeFileAtomically(path, encodePng(image));
}
