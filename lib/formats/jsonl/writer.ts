import { createHash, type Hash } from "node:crypto";
import {
  InputError,
  Lifetime,
  readAtSync,
  writeAllSync,
} from "../../core/mod.ts";
import { LINE_FEED, parseTail } from "./read.ts";

/** Where to continue a file. */
export interface JsonlOptions {
  /**
   * {@link JsonlWriter.bytes} of an earlier writer: later records are cut off,
   * so that a resumed run leaves no step twice. Default: the end of the file.
   */
  readonly atBytes?: number;
  /** {@link JsonlWriter.digest} of an earlier writer there; not compared where left out. */
  readonly digest?: string;
}

/**
 * Opens a JSONL file to append to it, and creates it if it is missing. A last
 * line that was cut off while it was written is removed.
 *
 * @throws {InputError} if the file is shorter than `atBytes`, no line ends there,
 *   or the bytes before it have another digest
 */
export function openJsonl(
  path: string,
  { atBytes, digest }: JsonlOptions = {},
): JsonlWriter {
  const file = Deno.openSync(path, { read: true, write: true, create: true });
  try {
    const bytes = atBytes === undefined
      ? repairEnd(file)
      : checkEnd(file, path, atBytes);
    const hash = hashOf(file, bytes);
    if (digest !== undefined && hash.copy().digest("hex") !== digest) {
      throw new InputError(
        `Checksum mismatch: "${path}" is corrupt: its first ${bytes} bytes ` +
          "are not those that were written; restore it, or remove it to " +
          "begin a new one",
      );
    }
    file.truncateSync(bytes);
    return new JsonlWriter(file, path, bytes, hash);
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Appends records to a file, one line each. Made by {@link openJsonl}. */
export class JsonlWriter implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #path: string;
  readonly #hash: Hash;
  readonly #lifetime: Lifetime;
  #bytes: number;

  /**
   * @param file Open for writing, `bytes` long, every line whole.
   * @param hash SHA-256 of these bytes, which goes on with each record.
   */
  constructor(file: Deno.FsFile, path: string, bytes: number, hash: Hash) {
    this.#hash = hash;
    this.#lifetime = new Lifetime(`file "${path}"`);
    this.#file = file;
    this.#path = path;
    this.#bytes = bytes;
  }

  /** Length of the file after the last record. */
  get bytes(): number {
    return this.#bytes;
  }

  /** SHA-256 of the file after the last record, hexadecimal. */
  get digest(): string {
    return this.#hash.copy().digest("hex");
  }

  /**
   * Writes a record, which then survives the end of this process. To survive a
   * loss of power too, call {@link JsonlWriter.sync}.
   *
   * @throws {TypeError} if a number is not finite, which JSON would store as null
   */
  append(record: object): void {
    this.#lifetime.check();
    const line = new TextEncoder().encode(`${this.#textOf(record)}\n`);
    this.#file.seekSync(this.#bytes, Deno.SeekMode.Start);
    try {
      writeAllSync(this.#file, line);
    } catch (error) {
      this.#file.truncateSync(this.#bytes); // half a line must not stay
      throw error;
    }
    this.#bytes += line.length;
    this.#hash.update(line);
  }

  /** Waits until all records are on the disk; call it before a checkpoint stores `bytes`. */
  sync(): void {
    this.#lifetime.check();
    this.#file.syncDataSync();
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#lifetime.end(() => this.#file.close());
  }

  #textOf(record: object): string {
    return JSON.stringify(record, (name, value) => {
      if (typeof value !== "number" || Number.isFinite(value)) return value;
      throw new TypeError(
        `Cannot append to "${this.#path}": numbers must be finite: ` +
          `current value of "${name}" is ${value}; record it as a text`,
      );
    });
  }
}

/** The end of the last whole line; adds its line feed if that is missing. */
function repairEnd(file: Deno.FsFile): number {
  const size = file.statSync().size;
  const end = endOfLines(file, size);
  if (parseTail(readAtSync(file, end, size - end)) === undefined) return end;
  file.seekSync(size, Deno.SeekMode.Start);
  file.writeSync(Uint8Array.of(LINE_FEED));
  return size + 1;
}

function checkEnd(file: Deno.FsFile, path: string, atBytes: number): number {
  const size = file.statSync().size;
  if (size < atBytes) {
    throw new InputError(
      `Cannot continue "${path}" at byte ${atBytes}: ` +
        `the file must be at least as long: it has ${size} bytes; ` +
        "restore it, or remove it to begin a new one",
    );
  }
  if (atBytes > 0 && readAtSync(file, atBytes - 1, 1)[0] !== LINE_FEED) {
    throw new InputError(
      `Cannot continue "${path}" at byte ${atBytes}: a line must end there: ` +
        "it ends elsewhere; restore it, or remove it to begin a new one",
    );
  }
  return atBytes;
}

/** SHA-256 of the first bytes of a file. */
function hashOf(file: Deno.FsFile, bytes: number): Hash {
  const hash = createHash("sha256");
  const step = 2 ** 20;
  for (let begin = 0; begin < bytes; begin += step) {
    hash.update(readAtSync(file, begin, Math.min(step, bytes - begin)));
  }
  return hash;
}

/** Bytes up to and with the last line feed, searched from the end. */
function endOfLines(file: Deno.FsFile, size: number): number {
  const step = 65_536;
  for (let end = size; end > 0; end -= step) {
    const begin = Math.max(0, end - step);
    const at = readAtSync(file, begin, end - begin).lastIndexOf(LINE_FEED);
    if (at !== -1) return begin + at + 1;
  }
  return 0;
}
