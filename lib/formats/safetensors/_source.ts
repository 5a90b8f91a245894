import { InputError } from "../../core/mod.ts";
import {
  damaged,
  parseSafetensorsHeader,
  type SafetensorsHeader,
} from "./header.ts";

/** Bytes of the number at the start of a file: the length of the header. */
const LENGTH_BYTES = 8;

/** Longest header that the format allows, in bytes. */
const MAX_HEADER_BYTES = 100_000_000;

/** A file that is read in parts, on a disk or on a server. */
export interface ByteSource {
  /** Its path or address, for messages. */
  readonly name: string;
  /**
   * Reads `count` bytes from `begin` on, or fewer if the file ends before; never
   * more, whatever the file contains.
   */
  read(begin: number, count: number): Promise<Uint8Array>;
  /** Bytes of the whole file, if known; at the earliest after the first read. */
  size(): number | undefined;
}

/**
 * Reads the header of a file by two reads, the second no longer than the format
 * allows, whatever length the first one gives.
 *
 * @throws {InputError} if the file breaks a rule of the format
 */
export async function headerFrom(
  source: ByteSource,
): Promise<SafetensorsHeader> {
  const { name } = source;
  const first = await source.read(0, LENGTH_BYTES);
  if (first.length < LENGTH_BYTES) {
    throw damaged(
      name,
      `the file must have at least ${LENGTH_BYTES} bytes`,
      `it has ${first.length}`,
    );
  }
  const length = new DataView(first.buffer, first.byteOffset)
    .getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    throw damaged(
      name,
      `the header must have at most ${MAX_HEADER_BYTES} bytes`,
      `its length says ${length}`,
    );
  }
  const dataBegins = LENGTH_BYTES + Number(length);
  const tooShort = (there: number): InputError =>
    damaged(
      name,
      "the header must end within the file",
      `its length says ${length} bytes, of which ${there} are there`,
    );
  const size = source.size();
  if (size !== undefined && size < dataBegins) {
    throw tooShort(size - LENGTH_BYTES);
  }
  const bytes = await source.read(LENGTH_BYTES, Number(length));
  if (bytes.length < length) throw tooShort(bytes.length);
  return parseSafetensorsHeader(
    textOf(bytes, name),
    name,
    size === undefined ? undefined : size - dataBegins,
  );
}

function textOf(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
  } catch {
    throw damaged(name, "the header must be UTF-8", "it has other bytes");
  }
}
