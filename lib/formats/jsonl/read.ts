import { InputError } from "../../core/mod.ts";
import { type JsonRecord, LINE_FEED, parseLine, parseTail } from "./lines.ts";

/**
 * Reads all records of a JSONL file: one JSON object in each line, in UTF-8.
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
  const bytes = await bytesOf(path);
  const records: JsonRecord[] = [];
  let begin = 0;
  for (;;) {
    const end = bytes.indexOf(LINE_FEED, begin);
    if (end === -1) break;
    records.push(
      parseLine(bytes.subarray(begin, end), path, records.length + 1),
    );
    begin = end + 1;
  }
  const last = parseTail(bytes.subarray(begin));
  return last === undefined ? records : [...records, last];
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(
      `Cannot read "${path}": the file must exist: there is none; check the path`,
    );
  }
}
