import { InputError, readAtSync, writeAllSync } from "../../core/mod.ts";
import { LINE_FEED, parseTail } from "./read.ts";

/** Where to continue a file. */
export interface JsonlOptions {
  /**
   * {@link JsonlWriter.bytes} of an earlier writer: later records are cut off,
   * so that a resumed run leaves no step twice. Default: the end of the file.
   */
  readonly atBytes?: number;
}

/**
 * Opens a JSONL file to append to it, and creates it if it is missing. A last
 * line that was cut off while it was written is removed.
 *
 * @throws {InputError} if the file is shorter than `atBytes`, or no line ends there
 */
export function openJsonl(
  path: string,
  { atBytes }: JsonlOptions = {},
): JsonlWriter {
  const file = Deno.openSync(path, { read: true, write: true, create: true });
  try {
    const bytes = atBytes === undefined
      ? repairEnd(file)
      : checkEnd(file, path, atBytes);
    file.truncateSync(bytes);
    return new JsonlWriter(file, path, bytes);
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Appends records to a file, one line each. Made by {@link openJsonl}. */
export class JsonlWriter implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #path: string;
  #bytes: number;

  /** @param file Open for writing, `bytes` long, every line whole. */
  constructor(file: Deno.FsFile, path: string, bytes: number) {
    this.#file = file;
    this.#path = path;
    this.#bytes = bytes;
  }

  /** Length of the file after the last record. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Writes a record, which then survives the end of this process. To survive a
   * loss of power too, call {@link JsonlWriter.sync}.
   *
   * @throws {TypeError} if a number is not finite, which JSON would store as null
   */
  append(record: object): void {
    const line = new TextEncoder().encode(`${this.#textOf(record)}\n`);
    this.#file.seekSync(this.#bytes, Deno.SeekMode.Start);
    try {
      writeAllSync(this.#file, line);
    } catch (error) {
      this.#file.truncateSync(this.#bytes); // half a line must not stay
      throw error;
    }
    this.#bytes += line.length;
  }

  /** Waits until all records are on the disk; call it before a checkpoint stores `bytes`. */
  sync(): void {
    this.#file.syncDataSync();
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
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
        "resume from an earlier checkpoint, or start a new file",
    );
  }
  if (atBytes > 0 && readAtSync(file, atBytes - 1, 1)[0] !== LINE_FEED) {
    throw new InputError(
      `Cannot continue "${path}" at byte ${atBytes}: a line must end there: ` +
        "it ends elsewhere; pass the file of the checkpoint",
    );
  }
  return atBytes;
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
