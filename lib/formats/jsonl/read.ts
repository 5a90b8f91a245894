import { InputError, missingFile } from "../../core/mod.ts";
import { decodeText, encodingFault, jsonFault } from "../text/mod.ts";

/** One record of a JSONL file. */
export type JsonRecord = Record<string, unknown>;

/** The byte that ends a line; no other UTF-8 character contains it. */
export const LINE_FEED = 0x0a;

/**
 * Reads all records of a JSONL file: one JSON object in each line, in UTF-8 or,
 * as some editors save it, in UTF-16 with a byte-order mark.
 * A last line that was cut off while it was written is left out.
 *
 * @throws {InputError} if there is no such file, or if any other line is not a
 *   JSON object
 *
 * @example
 * ```ts
 * import { readJsonl } from "lib/formats/jsonl/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, '{"step":1}\n{"step":2}\n{"st');
 * assert.deepEqual(await readJsonl(path), [{ step: 1 }, { step: 2 }]);
 * ```
 */
export async function readJsonl(path: string): Promise<JsonRecord[]> {
  return await Array.fromAsync(jsonlRecords(path));
}

/** The bytes of UTF-16 as UTF-8; no UTF-8 begins with 0xfe or 0xff. */
function utf8Of(bytes: Uint8Array, path: string): Uint8Array {
  return (bytes[0] ?? 0) < 0xfe
    ? bytes
    : new TextEncoder().encode(decodeText(bytes, path));
}

/**
 * The same record by record: large files take little more than their bytes.
 *
 * @throws {InputError} as {@link readJsonl}
 *
 * @example
 * ```ts
 * import { jsonlRecords } from "lib/formats/jsonl/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, '{"step":1}\n{"step":2}\n');
 * assert.deepEqual(await Array.fromAsync(jsonlRecords(path)), [{ step: 1 }, { step: 2 }]);
 * ```
 */
export async function* jsonlRecords(path: string): AsyncGenerator<JsonRecord> {
  const bytes = utf8Of(
    await Deno.readFile(path).catch((error) => {
      throw error instanceof Deno.errors.NotFound ? missingFile(path) : error;
    }),
    path,
  );
  let begin = 0;
  for (let line = 1;; line++) {
    const end = bytes.indexOf(LINE_FEED, begin);
    if (end === -1) break;
    yield parseLine(bytes.subarray(begin, end), path, line);
    begin = end + 1;
  }
  const last = parseTail(bytes.subarray(begin));
  if (last !== undefined) yield last;
}

/**
 * Reads one line of a JSONL file.
 *
 * @param number Of the line, from 1, for the message.
 * @throws {InputError} if it is not a JSON object in UTF-8
 */
function parseLine(
  line: Uint8Array,
  path: string,
  number: number,
): JsonRecord {
  let text = "";
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(line);
    value = JSON.parse(text);
  } catch (error) {
    const fault = error instanceof SyntaxError
      ? jsonFault(text)?.replace(/^line 1, /, "")
      : encodingFault(line);
    throw wrongLine(path, number, "it must be JSON in UTF-8", fault ?? "");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const shown = JSON.stringify(value).slice(0, 100);
    throw wrongLine(path, number, "it must be a JSON object", shown);
  }
  return value as JsonRecord;
}

/**
 * Reads the bytes after the last line feed: a whole record, or `undefined` for
 * nothing or the beginning of one. No proper prefix of a JSON object is itself a
 * JSON object, so a whole record is never mistaken.
 */
export function parseTail(tail: Uint8Array): JsonRecord | undefined {
  try {
    return parseLine(tail, "", 0);
  } catch {
    return undefined;
  }
}

function wrongLine(
  path: string,
  number: number,
  rule: string,
  value: string,
): InputError {
  return new InputError(
    `Cannot read line ${number} of "${path}": ${rule}: ${value}; ` +
      "correct or remove the line",
  );
}
