import { InputError } from "../../core/mod.ts";

/** The error for a file that breaks its format. */
export function damaged(path: string, rule: string, found: string): InputError {
  return new InputError(
    `Cannot read "${path}": ${rule}: ${found}; download the file again`,
  );
}

/** Where the bytes of a stored file lie in an archive. */
export interface ArchiveEntry {
  readonly begin: number;
  readonly bytes: number;
}

/** Reads some bytes of a file; throws if they are not there. */
export type ReadBytes = (
  begin: number,
  count: number,
) => Uint8Array<ArrayBuffer>;

/** Signatures (PKWARE's APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.16). */
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;

/** Bytes of the end record, and of the longest comment after it. */
const [END_BYTES, MOST_COMMENT] = [22, 65_535];
/** Bytes of the fixed part of a local header and of a central one. */
const [LOCAL_BYTES, CENTRAL_BYTES] = [30, 46];
/** The content of a 32-bit field whose value is elsewhere. */
const IN_ZIP64 = 0xffffffff;

/** Whether a file begins as a zip archive does. */
export function isArchive(head: Uint8Array): boolean {
  return head.length >= 4 &&
    new DataView(head.buffer, head.byteOffset).getUint32(0, true) === LOCAL;
}

/**
 * Lists the files of a zip archive whose files are stored as they are, as
 * PyTorch writes them.
 *
 * @param size Bytes of the archive.
 * @throws {InputError} if it is damaged, compressed, encrypted or above 4 GiB
 */
export function listArchive(
  path: string,
  size: number,
  read: ReadBytes,
): Map<string, ArchiveEntry> {
  const tail = read(
    Math.max(0, size - END_BYTES - MOST_COMMENT),
    Math.min(size, END_BYTES + MOST_COMMENT),
  );
  const end = endRecordOf(tail, path);
  const count = end.getUint16(10, true);
  const length = end.getUint32(12, true);
  const begin = end.getUint32(16, true);
  if (begin === IN_ZIP64 || count === 0xffff) {
    throw new InputError(
      `Cannot read "${path}": the archive must be below 4 GiB: it is larger; ` +
        `save the state dictionary alone`,
    );
  }
  if (begin + length > size) {
    throw damaged(path, "its list of files must end within it", "it does not");
  }
  const list = read(begin, length);
  const entries = new Map<string, ArchiveEntry>();
  for (let at = 0; entries.size < count;) {
    if (at + CENTRAL_BYTES > list.length) {
      throw damaged(
        path,
        `its list must name ${count} files`,
        `it names ${entries.size}`,
      );
    }
    const view = new DataView(list.buffer, list.byteOffset + at);
    const nameBytes = view.getUint16(28, true);
    const name = new TextDecoder().decode(
      list.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes),
    );
    const entry = entryOf(view, name, path, size, read);
    if (entries.has(name)) {
      throw damaged(path, "its files must have different names", `"${name}"`);
    }
    entries.set(name, entry);
    at += CENTRAL_BYTES + nameBytes + view.getUint16(30, true) +
      view.getUint16(32, true);
  }
  return entries;
}

function endRecordOf(tail: Uint8Array, path: string): DataView {
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    const view = new DataView(tail.buffer, tail.byteOffset + at);
    if (view.getUint32(0, true) === END) return view;
  }
  throw damaged(path, "it must end as an archive does", "it is cut off");
}

function entryOf(
  view: DataView,
  name: string,
  path: string,
  size: number,
  read: ReadBytes,
): ArchiveEntry {
  if (view.getUint32(0, true) !== CENTRAL) {
    throw damaged(path, "its list of files must be whole", "it is not");
  }
  const [flags, method] = [view.getUint16(8, true), view.getUint16(10, true)];
  if (method !== 0 || (flags & 1) !== 0) {
    throw new InputError(
      `Cannot read "${path}": its files must be stored as they are: ` +
        `"${name}" is ${
          method !== 0 ? "compressed" : "encrypted"
        }; use the file as torch.save wrote it`,
    );
  }
  const bytes = view.getUint32(20, true);
  const local = view.getUint32(42, true);
  if (local + LOCAL_BYTES > size) {
    throw damaged(path, `"${name}" must lie within it`, "it does not");
  }
  const head = read(local, LOCAL_BYTES);
  const header = new DataView(head.buffer, head.byteOffset);
  const begin = local + LOCAL_BYTES + header.getUint16(26, true) +
    header.getUint16(28, true);
  if (header.getUint32(0, true) !== LOCAL || begin + bytes > size) {
    throw damaged(path, `"${name}" must lie within it`, "it does not");
  }
  return { begin, bytes };
}
