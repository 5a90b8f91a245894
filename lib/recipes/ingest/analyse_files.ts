import { messageOf, type Progress } from "../../core/mod.ts";
import {
  contentHash,
  type FoundFile,
  Sidecars,
  type SourceFile,
  type TimedCaption,
} from "../../dataset/curate/mod.ts";
import { DecodingWorker, FileFailure, type WorkerOptions } from "./worker.ts";
import type { Journal, Outcome } from "./journal.ts";

/** The context of {@link analyseFiles}. */
export interface AnalysisContext extends WorkerOptions {
  readonly journal: Journal;
  /** Captions of tables, by absolute path. */
  readonly table: ReadonlyMap<string, readonly TimedCaption[]>;
  /** Turns an absolute path into the path in the manifest. */
  readonly nameOf: (path: string) => string;
  readonly maxSeconds: number;
  /** Number of worker processes. */
  readonly processes: number;
  readonly progress: Progress;
}

interface AnalysedFiles {
  readonly files: readonly SourceFile[];
  /** Frames decoded in this run, without those of files in the journal. */
  readonly frames: number;
}

/**
 * Analyses files in worker processes, except those in the journal. A failing
 * file does not end the run.
 *
 * @throws the reason of the signal, or an error of the journal's disk
 */
export async function analyseFiles(
  found: readonly FoundFile[],
  context: AnalysisContext,
): Promise<AnalysedFiles> {
  const { processes, progress, signal } = context;
  // Largest first, so that all processes end at about the same time.
  const waiting = (await Promise.all(found.map(withSize)))
    .sort((a, b) => a.bytes - b.bytes);
  const done: SourceFile[] = [];
  using task = progress.start({
    label: "Ingesting",
    total: waiting.length,
    unit: "files",
  });
  let frames = 0;
  const sidecars = new Sidecars();
  // An error, such as a full disk, stops all workers.
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const work = async (): Promise<void> => {
    await using worker = new DecodingWorker({ ...context, signal: either });
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      either.throwIfAborted();
      let own = 0;
      const source = await analyseFile(
        file,
        await sidecars.read(file.path),
        worker,
        context,
        (count) => {
          frames += count - own;
          own = count;
          task.update(done.length, { frames });
        },
      );
      done.push(source);
      task.update(done.length, { frames });
    }
  };
  const workers = Array.from({ length: processes }, async () => {
    try {
      await work();
    } catch (error) {
      failure.abort(error);
      throw error;
    }
  });
  const ends = await Promise.allSettled(workers);
  signal.throwIfAborted();
  failure.signal.throwIfAborted();
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return { files: done, frames };
}

type SizedFile = FoundFile & { bytes: number; modified: number };

async function withSize(file: FoundFile): Promise<SizedFile> {
  const info = await Deno.stat(file.path).catch(() => undefined);
  return {
    ...file,
    bytes: info?.size ?? 0,
    modified: info?.mtime?.getTime() ?? 0,
  };
}

async function analyseFile(
  file: SizedFile,
  { captions, notes }: Awaited<ReturnType<Sidecars["read"]>>,
  worker: DecodingWorker,
  context: AnalysisContext,
  onFrames: (frames: number) => void,
): Promise<SourceFile> {
  const { journal, table, nameOf } = context;
  const { path, bytes, modified, problem } = file;
  const name = { path: nameOf(path) };
  if (problem !== undefined) {
    const outcome = { rule: "unreadable" as const, reason: problem };
    const nothing = { sha256: null, bytes: null, captions: [], notes: [] };
    return { ...name, ...nothing, outcome };
  }
  const common = {
    ...name,
    bytes,
    captions: [...captions, ...table.get(path) ?? []],
    notes,
  };
  let sha256 = journal.hashOf({ path, bytes, modified });
  if (sha256 === undefined) {
    try {
      sha256 = await contentHash(path);
    } catch (error) {
      const outcome = { rule: "unreadable" as const, reason: messageOf(error) };
      return { ...common, sha256: null, outcome };
    }
    journal.keepHash({ path, bytes, modified, sha256 });
  }
  const known = journal.outcomeOf(sha256);
  if (known !== undefined) return { ...common, sha256, outcome: known };
  const outcome = await outcomeOf(path, worker, context, onFrames);
  // Crashes and timeouts may be due to the machine: the next run tries again.
  const isLasting = !("rule" in outcome) || outcome.rule === "no_video";
  if (isLasting) journal.keepOutcome(sha256, outcome);
  return { ...common, sha256, outcome };
}

async function outcomeOf(
  path: string,
  worker: DecodingWorker,
  { maxSeconds }: AnalysisContext,
  onFrames: (frames: number) => void,
): Promise<Outcome> {
  try {
    const analysis = await worker.analyse(path, maxSeconds, onFrames);
    onFrames(analysis.video.pictures);
    return { analysis };
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
    return { rule: error.rule, reason: reasonIn(error.message, path) };
  }
}

/** A message without the name of the file, which the row states. */
function reasonIn(message: string, path: string): string {
  const start = /^Cannot \w+ /.exec(message)?.[0];
  return start !== undefined && message.startsWith(`${start}"${path}": `)
    ? message.slice(start.length + path.length + 4)
    : message;
}
