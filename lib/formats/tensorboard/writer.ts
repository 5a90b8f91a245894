import { Lifetime, writeAllSync } from "../../core/mod.ts";
import { maskedCrc32c } from "./crc32c.ts";
import { encodeEvent, type SummaryValue } from "./event.ts";

/** The name of an event file, and where it begins. */
export interface EventFileOptions {
  /** Seconds since 1970, now. */
  readonly now: () => number;
  /** In the name of the file, beside the time. */
  readonly host: string;
  readonly pid: number;
  /**
   * The first step of this file, where a run is resumed: later records of
   * earlier files in the folder are void.
   */
  readonly restartAt?: number;
}

/** A file of events that TensorBoard 2.x reads while it grows. */
export interface EventFile extends Disposable {
  readonly path: string;
  /** Records values at a step. */
  write(step: number, values: readonly SummaryValue[]): void;
}

/**
 * Creates an event file in a folder. Each folder is a run of its own on
 * TensorBoard's page; a resumed run takes a new file in the same folder.
 *
 * @param folder Created if it is missing.
 */
export function openEventFile(
  folder: string,
  { now, host, pid, restartAt }: EventFileOptions,
): EventFile {
  Deno.mkdirSync(folder, { recursive: true });
  const { file, path } = newFile(folder, (n) => {
    const time = String(Math.floor(now())).padStart(10, "0");
    return `events.out.tfevents.${time}.${host}.${pid}.${n}`;
  });
  const lifetime = new Lifetime(`event file "${path}"`);
  const append = (event: Parameters<typeof encodeEvent>[0]): void => {
    lifetime.check();
    writeAllSync(file, recordOf(encodeEvent(event)));
  };
  append({ kind: "version", wallTime: now(), step: 0 });
  if (restartAt !== undefined) {
    append({ kind: "restart", wallTime: now(), step: restartAt });
  }
  return {
    path,
    write: (step, values) =>
      append({ kind: "summary", wallTime: now(), step, values }),
    [Symbol.dispose]: () => lifetime.end(() => file.close()),
  };
}

/** Two files may be created in one second. */
function newFile(
  folder: string,
  nameOf: (n: number) => string,
): { file: Deno.FsFile; path: string } {
  for (let n = 0;; n++) {
    const path = `${folder}/${nameOf(n)}`;
    try {
      return {
        path,
        file: Deno.openSync(path, { write: true, createNew: true }),
      };
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

/**
 * A record of TensorFlow's TFRecord format: length (u64), its masked checksum,
 * the data, and theirs; little-endian.
 */
export function recordOf(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}
