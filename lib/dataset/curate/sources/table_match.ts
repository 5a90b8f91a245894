import { dirname, relative, resolve } from "node:path";
import { editDistance } from "lib/core/mod.ts";
import type { CaptionTable, TableRow } from "./caption_table.ts";
import type { TimedCaption } from "./timed_caption.ts";

/** The captions of a table by file. */
export interface TableMatch {
  /** By the path of the file. */
  readonly captions: ReadonlyMap<string, readonly TimedCaption[]>;
  /** Rows that name no file. */
  readonly unmatched: readonly TableRow[];
}

/**
 * Matches the rows of a table with files. A name is looked for from the folder
 * of the table, then from `folders`: as it is, with `\` for `/`, in another
 * Unicode normalisation, in another letter case if only one file is meant, and
 * by the file that it links to.
 *
 * @param files Absolute paths.
 * @param folders In which the files were found.
 */
export async function matchTable(
  { path, rows }: CaptionTable,
  files: readonly string[],
  folders: readonly string[],
): Promise<TableMatch> {
  const index = indexOf(files);
  const bases = [dirname(resolve(path)), ...folders.map((f) => resolve(f))];
  const captions = new Map<string, TimedCaption[]>();
  const unmatched: TableRow[] = [];
  let byRealPath: Map<string, string> | undefined;
  for (const row of rows) {
    const candidates = [row.file, row.file.replaceAll("\\", "/")]
      .flatMap((name) => bases.map((base) => resolve(base, name)));
    let file = FORMS.flatMap((form) => candidates.map(form))
      .map((key) => index.get(key)).find((found) => found !== undefined);
    if (file === undefined) {
      byRealPath ??= await realPathsOf(files);
      const real = await Promise.all(candidates.map(realPathOf));
      file = real.map((path) => byRealPath!.get(path))
        .find((found) => found !== undefined);
    }
    if (file === undefined) unmatched.push(row);
    else captions.set(file, [...captions.get(file) ?? [], ...row.captions]);
  }
  return { captions, unmatched };
}

/** Forms of a path that are compared, closest first; each has keys of its own. */
const FORMS: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => `NFC ${path.normalize()}`,
  (path) => `lower ${path.normalize().toLowerCase()}`,
];

/** Files by the forms of their paths; undefined where several have one. */
function indexOf(
  files: readonly string[],
): ReadonlyMap<string, string | undefined> {
  const index = new Map<string, string | undefined>();
  for (const form of FORMS) {
    for (const file of files) {
      const key = form(file);
      index.set(key, index.has(key) ? undefined : file);
    }
  }
  return index;
}

async function realPathsOf(
  files: readonly string[],
): Promise<Map<string, string>> {
  const pairs = await Promise.all(
    files.map(async (file) => [await realPathOf(file), file] as const),
  );
  return new Map(pairs);
}

async function realPathOf(path: string): Promise<string> {
  return await Deno.realPath(path).catch(() => path);
}

/** Rows in a message. */
const MOST_ROWS = 20;

/**
 * Describes the rows that match no file, each with the nearest name, for at most
 * 20 rows.
 */
export function unmatchedLines(
  rows: readonly TableRow[],
  table: string,
  files: readonly string[],
): string[] {
  const folder = dirname(resolve(table));
  const names = files.map((file) => relative(folder, file));
  const lines = rows.slice(0, MOST_ROWS).map(({ line, file }) => {
    const wanted = file.replaceAll("\\", "/").normalize().toLowerCase();
    const nearest = nearestOf(wanted, names);
    return `line ${line}: "${file}"${
      nearest === undefined ? "" : ` (the nearest name is "${nearest}")`
    }`;
  });
  const more = rows.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more rows`] : lines;
}

function nearestOf(
  wanted: string,
  names: readonly string[],
): string | undefined {
  let [nearest, least]: [string | undefined, number] = [undefined, Infinity];
  for (const name of names) {
    // The distance is at least the difference in length.
    if (Math.abs(name.length - wanted.length) >= least) continue;
    const distance = editDistance(wanted, name.normalize().toLowerCase());
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest;
}
