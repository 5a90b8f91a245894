import { relative, resolve } from "node:path";
import { type Progress, writeFileAtomically } from "../../core/mod.ts";
import {
  curate,
  findVideos,
  type ManifestRow,
  readCaptionTable,
  writeManifest,
} from "../../dataset/curate/mod.ts";
import { Analyst } from "./analyst.ts";
import { Journal } from "./journal.ts";
import { lookAtFiles } from "./look_at_files.ts";
import type { IngestOptions } from "./options.ts";
import { writeSheet } from "./sheets.ts";
import { summaryOf } from "./summary.ts";

/** What an ingest needs beside its options. */
export interface IngestContext {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Milliseconds, never going back. */
  readonly clock: () => number;
  /** The analysts' program, if not the usual one: a file URL. */
  readonly program?: string;
}

/** What an ingest leaves behind. */
export interface Ingested {
  readonly rows: readonly ManifestRow[];
  readonly summary: string;
  /** Pictures decoded in this run. */
  readonly pictures: number;
  /** Seconds that took. */
  readonly seconds: number;
}

/** Names of what is written into the folder. */
export const MANIFEST = "manifest.jsonl";
const SUMMARY = "summary.txt";
const JOURNAL = "journal.jsonl";

/**
 * Turns folders of videos into a manifest, a summary and a contact sheet for
 * each phase. What an earlier run did in the same folder is not done again.
 *
 * @throws {InputError} if a path does not exist or the table cannot be read
 */
export async function ingest(
  options: IngestOptions,
  { progress, signal, clock, program }: IngestContext,
): Promise<Ingested> {
  const { folders, out, captions, processes, patience } = options;
  const table = captions === undefined
    ? new Map()
    : await readCaptionTable(captions);
  const { files: found, others } = await findVideos(folders, [out]);
  using journal = await Journal.open(`${out}/${JOURNAL}`, options.maxSeconds);
  const start = clock();
  const { files, pictures } = await lookAtFiles(found, {
    journal,
    table,
    nameOf: (path) => relative(resolve(out), path).replaceAll("\\", "/"),
    maxSeconds: options.maxSeconds,
    processes,
    patience,
    progress,
    signal,
    ...(program !== undefined && { program }),
  });
  const seconds = (clock() - start) / 1000;
  const rows = curate(files, options);
  const kept = rows.filter((row) => row.status === "kept");
  await using analyst = new Analyst({
    patience,
    signal,
    ...(program !== undefined && { program }),
  });
  for (const phase of [1, 2, 3, 4, 5] as const) {
    const path = `${out}/phase_${phase}.png`;
    const own = kept.filter((row) => row.phase === phase);
    // An old sheet would show what is no longer there.
    await Deno.remove(path).catch(() => {});
    await writeSheet(path, own, out, analyst);
  }
  const summary = summaryOf(rows, { others });
  await writeFileAtomically(`${out}/${SUMMARY}`, summary);
  // Last: where there is a manifest, everything else is there too.
  await writeManifest(`${out}/${MANIFEST}`, rows);
  return { rows, summary, pictures, seconds };
}
