import { messageOf, type Progress } from "../../core/mod.ts";
import {
  contentHash,
  type FoundFile,
  readSidecars,
  type SourceFile,
  type TimedCaption,
} from "../../dataset/curate/mod.ts";
import { Analyst, FileFailure } from "./analyst.ts";
import type { Journal, Outcome } from "./journal.ts";

/** What looking at files needs. */
export interface LookContext {
  readonly journal: Journal;
  /** Captions from a table, by absolute path. */
  readonly table: ReadonlyMap<string, readonly TimedCaption[]>;
  /** How a file is named in the manifest. */
  readonly nameOf: (path: string) => string;
  readonly maxSeconds: number;
  readonly processes: number;
  /** Seconds without a sign of life after which a file is given up. */
  readonly patience: number;
  /** The analysts' program, if not the usual one: a file URL. */
  readonly program?: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** What was found, and how much had to be decoded for it. */
export interface Looked {
  readonly files: readonly SourceFile[];
  /** Pictures decoded in this run: what was known already is not among them. */
  readonly pictures: number;
}

/**
 * Looks at files, several at once, each in a process of its own; what the
 * journal knows is not looked at again. No file ends the run.
 *
 * @throws whatever the signal was aborted with, or what the journal's disk says
 */
export async function lookAtFiles(
  found: readonly FoundFile[],
  context: LookContext,
): Promise<Looked> {
  const { processes, patience, program, progress, signal } = context;
  // Long files last, and one process would work on while the others rest.
  const waiting = (await Promise.all(found.map(withSize)))
    .sort((a, b) => a.bytes - b.bytes);
  const done: SourceFile[] = [];
  using task = progress.start({
    label: "Ingesting",
    total: waiting.length,
    unit: "files",
  });
  let pictures = 0;
  // One that fails, as on a full disk, stops the others too.
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const work = async (): Promise<void> => {
    await using analyst = new Analyst({
      patience,
      signal: either,
      ...(program !== undefined && { program }),
    });
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      either.throwIfAborted();
      let own = 0;
      const source = await lookAt(file, analyst, context, (count) => {
        pictures += count - own;
        own = count;
        task.update(done.length, { pictures });
      });
      done.push(source);
      task.update(done.length, { pictures });
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
  return { files: done, pictures };
}

type Sized = FoundFile & { bytes: number; modified: number };

async function withSize(file: FoundFile): Promise<Sized> {
  const info = await Deno.stat(file.path).catch(() => undefined);
  return {
    ...file,
    bytes: info?.size ?? 0,
    modified: info?.mtime?.getTime() ?? 0,
  };
}

async function lookAt(
  file: Sized,
  analyst: Analyst,
  context: LookContext,
  onPictures: (pictures: number) => void,
): Promise<SourceFile> {
  const { journal, table, nameOf } = context;
  const { path, bytes, modified, problem } = file;
  const name = { path: nameOf(path) };
  if (problem !== undefined) {
    const outcome = { rule: "unreadable" as const, reason: problem };
    const nothing = { sha256: null, bytes: null, captions: [], notes: [] };
    return { ...name, ...nothing, outcome };
  }
  const { captions, notes } = await readSidecars(path);
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
  const outcome = await outcomeOf(path, analyst, context, onPictures);
  // A crash or a silence may have been this machine's; contents cannot change.
  const isLasting = !("rule" in outcome) || outcome.rule === "no_video";
  if (isLasting) journal.keepOutcome(sha256, outcome);
  return { ...common, sha256, outcome };
}

async function outcomeOf(
  path: string,
  analyst: Analyst,
  { maxSeconds }: LookContext,
  onPictures: (pictures: number) => void,
): Promise<Outcome> {
  try {
    const analysis = await analyst.analyse(path, maxSeconds, onPictures);
    onPictures(analysis.video.pictures);
    return { analysis };
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
    return { rule: error.rule, reason: reasonIn(error.message, path) };
  }
}

/** A message about a file without its name, which the row has already. */
function reasonIn(message: string, path: string): string {
  const start = /^Cannot \w+ /.exec(message)?.[0];
  return start !== undefined && message.startsWith(`${start}"${path}": `)
    ? message.slice(start.length + path.length + 4)
    : message;
}
