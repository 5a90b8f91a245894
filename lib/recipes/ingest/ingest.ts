import { relative, resolve, sep } from "node:path";
import {
  assertWritableFolder,
  exists,
  InputError,
  lockFolder,
  makeWritableFolder,
  type Progress,
  thisProcess,
  writeFileAtomically,
} from "../../core/mod.ts";
import {
  curate,
  findVideos,
  type ManifestRow,
  withTemplate,
  writeManifest,
} from "../../dataset/curate/mod.ts";
import { type Phase, PHASES } from "../../dataset/vocabulary/mod.ts";
import { analyseFiles } from "./analyse_files.ts";
import { Journal } from "./journal.ts";
import type { IngestOptions } from "./options.ts";
import { writeSheet } from "./sheets.ts";
import { summaryOf } from "./summary.ts";
import { tableCaptions } from "./table_captions.ts";
import { DecodingWorker } from "./worker.ts";

/** The context of {@link ingest}. */
interface IngestContext {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Monotonic, milliseconds. */
  readonly clock: () => number;
  /** File URL of another worker program, for tests. */
  readonly program?: string;
}

/** The result of an ingest. */
interface Ingested {
  readonly rows: readonly ManifestRow[];
  readonly summary: string;
  /** Frames decoded in this run. */
  readonly frames: number;
  /** Duration of decoding. */
  readonly seconds: number;
}

/** File name of the manifest in the output folder. */
export const MANIFEST = "manifest.jsonl";
const SUMMARY = "summary.txt";
const JOURNAL = "journal.jsonl";
const sheetOf = (phase: Phase): string => `phase_${phase}.png`;

/**
 * Turns folders of videos into a manifest, a summary and a contact sheet for
 * each phase. Files that an earlier run into the same folder has decoded are not
 * decoded again.
 *
 * @throws {InputError} if a path does not exist, the table is unreadable, or the
 *   folder cannot be written, or holds files of the user under the same names
 */
export async function ingest(
  options: IngestOptions,
  { progress, signal, clock, program }: IngestContext,
): Promise<Ingested> {
  const { folders, out, captions, captionTemplate, phaseOf } = options;
  const { processes, timeout, maxSeconds } = options;
  const given = [captions, phaseOf].filter((path) => path !== undefined);
  const supervision = { timeout, signal, program };
  await assertWritableFolder(out, "--out", [MANIFEST, SUMMARY, JOURNAL]);
  await assertOwnFolder(out);
  const { files: found, leftOut, tables } = await findVideos(
    folders,
    [out],
    options,
  );
  const table = await tableCaptions({
    given,
    found: tables,
    files: found.map(({ path }) => path),
    folders,
  });
  await makeWritableFolder(out, "--out");
  using _lock = lockFolder(out, thisProcess(new Date()));
  using journal = await Journal.open(`${out}/${JOURNAL}`, maxSeconds);
  const start = clock();
  const { files, frames } = await analyseFiles(found, {
    ...supervision,
    journal,
    table: captionTemplate === undefined
      ? table.captions
      : withTemplate(table.captions, captionTemplate),
    nameOf: (path) => manifestPath(relative(resolve(out), path)),
    maxSeconds,
    processes,
    progress,
  });
  const seconds = (clock() - start) / 1000;
  const rows = curate(files, {
    ...options,
    phaseByLabel: phaseOf !== undefined,
  });
  const kept = rows.filter((row) => row.status === "kept");
  await using worker = new DecodingWorker(supervision);
  for (const phase of PHASES) {
    const path = `${out}/${sheetOf(phase)}`;
    const own = kept.filter((row) => row.phase === phase);
    // A phase without shots must not keep the sheet of an earlier run.
    await Deno.remove(path).catch(() => {});
    await writeSheet(path, own, out, worker);
  }
  const summary = summaryOf(rows, {
    leftOut: leftOut.filter(({ path }) =>
      !given.some((table) => path === resolve(table))
    ),
    tables: table.lines,
  });
  await writeFileAtomically(`${out}/${SUMMARY}`, summary);
  // Last, so that the presence of a manifest implies all other files.
  await writeManifest(`${out}/${MANIFEST}`, rows);
  return { rows, summary, frames, seconds };
}

/** @throws {InputError} naming a file that would be replaced, and is no earlier ingest's */
async function assertOwnFolder(out: string): Promise<void> {
  for (const name of [JOURNAL, MANIFEST]) {
    if (await exists(`${out}/${name}`)) return;
  }
  for (const name of [SUMMARY, ...PHASES.map(sheetOf)]) {
    if (!await exists(`${out}/${name}`)) continue;
    throw new InputError(
      `Cannot write "${out}/${name}": it must be of an earlier ingest, or not ` +
        `exist: the folder has no ${MANIFEST}; choose another with --out`,
    );
  }
}

/** With `/` between folders; elsewhere than on Windows, `\` is a letter of a name. */
function manifestPath(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}
