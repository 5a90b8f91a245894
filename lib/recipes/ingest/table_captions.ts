import { dirname, resolve } from "node:path";
import { InputError } from "../../core/mod.ts";
import {
  type CaptionTable,
  matchTable,
  readCaptionTable,
  type TableMatch,
  type TimedCaption,
  unmatchedLines,
} from "../../dataset/curate/mod.ts";

/** Captions of all tables, and lines about each table for the user. */
export interface TableCaptions {
  /** By the absolute path of the file. */
  readonly captions: ReadonlyMap<string, readonly TimedCaption[]>;
  readonly lines: readonly string[];
}

/** Where captions come from and which files they are for. */
interface TableSources {
  /** Tables that the user names. */
  readonly given: readonly string[];
  /** Tables in the folders: `metadata.csv`. */
  readonly found: readonly string[];
  /** Absolute paths of the videos. */
  readonly files: readonly string[];
  /** As given by the user, in which the files were found. */
  readonly folders: readonly string[];
}

/**
 * Reads tables of captions and matches their rows with files.
 *
 * @throws {InputError} if a given table is unreadable or no row of it matches;
 *   of tables that were found, the lines tell
 */
export async function tableCaptions(
  { given, found, files, folders }: TableSources,
): Promise<TableCaptions> {
  const captions = new Map<string, TimedCaption[]>();
  const lines: string[] = [];
  // Names may begin with the name of a folder as well.
  const bases = folders.flatMap((folder) => [folder, dirname(resolve(folder))]);
  const add = async (path: string): Promise<TableMatch> => {
    const table = await readCaptionTable(path);
    const match = await matchTable(table, files, bases);
    for (const [file, own] of match.captions) {
      captions.set(file, [...captions.get(file) ?? [], ...own]);
    }
    lines.push(...linesOf(table, match, files));
    return match;
  };
  for (const path of given) {
    const { captions, unmatched } = await add(path);
    if (captions.size === 0) throw matchesNothing(path, unmatched, files);
  }
  for (const path of found) {
    if (given.some((other) => resolve(other) === resolve(path))) continue;
    try {
      await add(path);
    } catch (error) {
      // Such a table may belong to another program.
      if (!(error instanceof InputError)) throw error;
      lines.push(error.message);
    }
  }
  return { captions, lines };
}

function linesOf(
  { path, rows, notes }: CaptionTable,
  { captions, unmatched }: TableMatch,
  files: readonly string[],
): string[] {
  const without = files.filter((file) => !captions.has(file)).length;
  const matched = rows.length - unmatched.length;
  return [
    `${path}: ${matched} of ${rows.length} rows match a video; ` +
    `${without} ${without === 1 ? "video has" : "videos have"} no row`,
    ...unmatchedLines(unmatched, path, files).map((line) =>
      `  matches no file: ${line}`
    ),
    ...notes.map((note) => `  ${note}`),
  ];
}

/** Rows in the message of an error. */
const SHOWN = 3;

function matchesNothing(
  path: string,
  unmatched: TableMatch["unmatched"],
  files: readonly string[],
): InputError {
  const rows = unmatchedLines(unmatched.slice(0, SHOWN), path, files);
  return new InputError(
    `Cannot use the captions in "${path}": rows must name videos, from the ` +
      `folder of the table or one that is ingested: none of ${unmatched.length} ` +
      `does: ${rows.join(", ")}; correct the names or the folders`,
  );
}
