import { InputError, messageOf } from "../../core/mod.ts";

/** One record of a JSONL file. */
export type JsonRecord = Record<string, unknown>;

/** The byte that ends a line; no other UTF-8 character contains it. */
export const LINE_FEED = 0x0a;

/**
 * Reads one line of a JSONL file.
 *
 * @param number Of the line, from 1, for the message.
 * @throws {InputError} if it is not a JSON object in UTF-8
 */
export function parseLine(
  line: Uint8Array,
  path: string,
  number: number,
): JsonRecord {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(line));
  } catch (error) {
    throw wrongLine(path, number, "it must be JSON in UTF-8", messageOf(error));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrongLine(
      path,
      number,
      "it must be a JSON object",
      JSON.stringify(value).slice(0, 100),
    );
  }
  return value as JsonRecord;
}

/**
 * Reads what follows the last line feed: a whole record, or `undefined` for
 * nothing or the beginning of one. No beginning of a JSON object is itself a
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
