import { parse } from "csv-parse/sync";
import { extname } from "node:path";
import { InputError, messageOf } from "lib/core/mod.ts";
import { readJsonl } from "lib/formats/jsonl/mod.ts";
import { parseJson, readText } from "lib/formats/text/mod.ts";
import { CAPTION_FIELDS, captionsOfJson, secondsOf } from "./_json_captions.ts";
import { checkedCaptions, shown, type TimedCaption } from "./timed_caption.ts";

/** A row of a table of captions. */
export interface TableRow {
  /** From 1, the line of the names of columns included. */
  readonly line: number;
  /** As the table names it. */
  readonly file: string;
  readonly captions: readonly TimedCaption[];
}

/** A table of captions. */
export interface CaptionTable {
  readonly path: string;
  readonly rows: readonly TableRow[];
  /** Warnings for the user. */
  readonly notes: readonly string[];
}

/** Names of the column of files, in lower case and without separators. */
const FILE_FIELDS: readonly string[] = [
  "file",
  "filename",
  "filepath",
  "path",
  "video",
  "videopath",
];

/** The label by which a user decides the phase of a file's shots. */
export const PHASE_FIELD = "phase";

const COLUMNS = `a file (or ${
  FILE_FIELDS.slice(1).join(", ")
}) and a caption (or ${CAPTION_FIELDS.slice(1, 3).join(", ")})`;

/**
 * Reads captions from a table: comma, semicolon or tab separated values, whose
 * first line names the columns, or a JSON object in each line (`.jsonl`).
 *
 * One column names the file, one the caption, in any letter case; `language`,
 * `start` and `end` (seconds) may be there, and all others are labels. A file may
 * have several rows.
 *
 * @throws {InputError} naming the line and the column that is wrong
 */
export async function readCaptionTable(path: string): Promise<CaptionTable> {
  const records = extname(path).toLowerCase() === ".jsonl"
    ? (await readJsonl(path)).map((fields, i) => ({ fields, line: i + 1 }))
    : recordsOf(await readText(path), path);
  if (records.length === 0) {
    throw new InputError(
      `Cannot read "${path}": it must name ${COLUMNS} in its first line, and ` +
        "one of each in every other: it has no such line; check the file",
    );
  }
  const notes: string[] = [];
  const rows = records.map((record) => rowOf(record, path, notes));
  return { path, rows, notes };
}

/** A row, by the names of the columns. */
interface TableRecord {
  readonly fields: { readonly [column: string]: unknown };
  readonly line: number;
}

function rowOf(
  { fields, line }: TableRecord,
  path: string,
  notes: string[],
): TableRow {
  const refuse = (found: string): never => {
    throw new InputError(
      `Cannot read line ${line} of "${path}": ${found}; correct the table`,
    );
  };
  const columns = new Map(
    Object.keys(fields).map((column) => [keyOf(column), column]),
  );
  const take = (keys: readonly string[]): unknown => {
    const key = keys.find((key) => columns.has(key));
    if (key === undefined) return undefined;
    const column = columns.get(key)!;
    columns.delete(key);
    return fields[column];
  };
  const seconds = (column: string): number | undefined => {
    const value = take([column]);
    if (textOf(value) === "") return undefined;
    return secondsOf(value) ??
      refuse(`${column} must be seconds, 0 or more: it is ${shown(value)}`);
  };
  const file = take(FILE_FIELDS);
  const caption = take(CAPTION_FIELDS);
  // A table of phases alone has no captions.
  const isNeeded = !columns.has(PHASE_FIELD);
  if (file === undefined || (isNeeded && caption === undefined)) {
    refuse(`it must name ${COLUMNS}: its fields are ${shown(fields)}`);
  }
  if (typeof file !== "string" || file.trim() === "") {
    return refuse(`the name of the file must not be ${shown(file)}`);
  }
  const language = textOf(take(["language"])) || "und";
  const [start, end] = [seconds("start"), seconds("end")];
  const labels = Object.fromEntries(
    [...columns.values()]
      .map((column) => [column.trim(), textOf(fields[column])])
      .filter(([, text]) => text !== ""),
  );
  const context = {
    language,
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    ...(Object.keys(labels).length > 0 && { labels }),
  };
  const name = `${path}, line ${line}`;
  const found = checkedCaptions(
    caption === undefined
      ? { captions: [], notes: [] }
      : captionsOfJson(caption, name, context),
    name,
  );
  notes.push(...found.notes);
  // Labels count without a caption as well.
  const captions = found.captions.length === 0 && context.labels
    ? [{ text: "", ...context }]
    : found.captions;
  return { line, file: file.trim(), captions };
}

/** The text of a cell, or of a value of JSON; empty if there is none. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object"
    ? JSON.stringify(value)
    : String(value).trim();
}

/** `File_Name` -> `filename` */
function keyOf(column: string): string {
  return column.trim().toLowerCase().replace(/[ _-]/g, "");
}

function recordsOf(text: string, path: string): TableRecord[] {
  if (extname(path).toLowerCase() === ".json") {
    return entriesOf(parseJson(text, path), path);
  }
  const lines = linesOf(text, path);
  const [header, ...rest] = lines;
  if (header === undefined) return [];
  const columns = header.record.map((cell, i) => cell || `column ${i + 1}`);
  const keys = columns.map(keyOf);
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  const isHeader = keys.some((key) => FILE_FIELDS.includes(key)) &&
    keys.some((key) => [...CAPTION_FIELDS, PHASE_FIELD].includes(key)) &&
    twice === undefined;
  if (!isHeader) {
    throw new InputError(
      `Cannot read "${path}": its first line must name ${COLUMNS}${
        twice === undefined ? "" : ", and each column once"
      }: it is ${shown(header.record.join(", "))}; correct the table`,
    );
  }
  return rest.map(({ record, info: { lines: line } }) => {
    if (record.length > columns.length) {
      throw new InputError(
        `Cannot read line ${line} of "${path}": it must have a cell for each ` +
          `of ${columns.length} columns: it has ${record.length}; put the ` +
          "text around separators in quotation marks",
      );
    }
    const cells = columns.map((column, i) => [column, record[i] ?? ""]);
    return { fields: Object.fromEntries(cells), line };
  });
}

/** The objects of a list in JSON. */
function entriesOf(value: unknown, path: string): TableRecord[] {
  if (!Array.isArray(value)) {
    throw new InputError(
      `Cannot read "${path}": it must be a list of objects, each with ${COLUMNS}: ` +
        `it is ${shown(value)}; correct the table`,
    );
  }
  return value.map((fields, i) => ({ fields: Object(fields), line: i + 1 }));
}

function linesOf(
  text: string,
  path: string,
): { record: string[]; info: { lines: number } }[] {
  try {
    return parse(text, {
      delimiter: delimiterOf(text),
      info: true,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as ReturnType<typeof linesOf>;
  } catch (error) {
    throw new InputError(
      `Cannot read "${path}": it must be a table of separated values: ${
        messageOf(error)
      }; check the quotation marks`,
    );
  }
}

/** The separator by which the first line names a file. */
function delimiterOf(text: string): string {
  const [header = ""] = text.trimStart().split(/[\r\n]/, 1);
  const cells = (delimiter: string): string[] =>
    header.split(delimiter).map((cell) => keyOf(cell.replaceAll('"', "")));
  return [",", ";", "\t", "|"].find((delimiter) =>
    cells(delimiter).some((key) => FILE_FIELDS.includes(key)) &&
    cells(delimiter).length > 1
  ) ?? ",";
}
