import { basename } from "node:path";
import {
  assertWritableFile,
  DiskFullError,
  DivergedError,
  InputError,
  lockFolder,
  type LockHolder,
  makeWritableFolder,
  removePartialFiles,
  RunFailedError,
  StoppedError,
} from "../../core/mod.ts";
import {
  isCode,
  type Notebook,
  readNotebook,
  writeNotebook,
} from "../../formats/notebook/mod.ts";
import {
  CellError,
  injectParameters,
  KernelDiedError,
  NotebookRunError,
  type Parameter,
  type ParameterValue,
  runNotebook,
  type RunObserver,
  RunStoppedError,
  startKernel,
} from "../../notebook/mod.ts";

/** A run of a notebook in a kernel of its own. */
export interface HeadlessRun {
  readonly file: string;
  readonly notebook: Notebook;
  readonly parameters: readonly Parameter[];
  /** Given parameters. */
  readonly values: Readonly<Record<string, ParameterValue>>;
  /** Folder of the run. */
  readonly out: string;
  /** The flag that names the folder: `--out`. */
  readonly folderFlag: string;
  readonly cellLimit: number | undefined;
  readonly totalLimit: number | undefined;
  readonly observer: RunObserver;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly holder: LockHolder;
  readonly clock: () => Date;
}

/** The record of a run in the metadata of the executed notebook. */
interface RunRecord {
  readonly state: "running" | "done" | "failed" | "stopped";
  /** The code cell that ended it, from 1. */
  readonly cell?: number;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** ISO 8601. */
  readonly began: string;
  readonly saved: string;
}

/** Exit codes of shells. */
const DONE = 0;
const FAILED = 1;
const BAD_INPUT = 2;
const STOPPED = 130;

/** Most milliseconds for a kernel to notice that its runner was killed. */
const PATIENCE = 30_000;

/**
 * Runs a notebook in a kernel of its own, in the current folder, and saves it to
 * `OUT/notebook/NAME.ipynb` after every cell.
 *
 * @returns the exit code: 0, also if training was stopped by a file or a time
 *   limit; 1 if a cell failed, 2 for bad input, 130 if the signal stopped it
 * @throws {InputError} if another run has the folder
 */
export async function runHeadless(run: HeadlessRun): Promise<number> {
  const { out, log, observer, signal, cellLimit, totalLimit } = run;
  // A folder of its own: the cells may lock the run's folder.
  const folder = `${out}/notebook`;
  await makeWritableFolder(folder, run.folderFlag);
  await assertWritableFile(`${folder}/${basename(run.file)}`, run.folderFlag);
  using _lock = lockFolder(folder, run.holder);
  await removePartialFiles(folder);
  const target = `${folder}/${basename(run.file)}`;
  const before = await recordOf(target);
  if (before !== undefined && before.state !== "done") {
    log(
      `A run in ${out} ${endText(before)}: all cells run again, and training ` +
        "resumes from its checkpoints",
    );
  }
  if (before?.state === "running") await untilFree(out, run.holder, signal);
  const began = run.clock().toISOString();
  let latest = injectParameters(run.notebook, run.values);
  const keep = async (
    notebook: Notebook,
    state: RunRecord["state"],
    cell?: number,
  ): Promise<void> => {
    const record: RunRecord = {
      state,
      ...(cell === undefined ? {} : { cell }),
      parameters: run.values,
      began,
      saved: run.clock().toISOString(),
    };
    latest = notebook;
    const metadata = { ...notebook.metadata, aiprod: record };
    await writeNotebook(target, { ...notebook, metadata });
  };
  try {
    await using kernel = await startKernel({
      cwd: Deno.cwd(),
      onLog: (text) => observer.streamed("stderr", text),
    });
    await runNotebook(latest, {
      kernel,
      save: (notebook) => keep(notebook, "running"),
      observer,
      signal,
      ...(cellLimit === undefined ? {} : { cellLimit }),
      ...(totalLimit === undefined ? {} : { totalLimit }),
    });
  } catch (error) {
    if (error instanceof KernelDiedError) {
      log(`error: ${error.message}`); // before the first cell
      return FAILED;
    }
    if (!(error instanceof NotebookRunError)) throw error;
    const code = codeOf(error, signal);
    const stopped = code === STOPPED || code === DONE;
    await keep(latest, stopped ? "stopped" : "failed", error.cell.number);
    report(error, log);
    const left = leftText(error.cell.number, latest);
    if (left !== "") log(left);
    log(`saved: ${target}`);
    return code;
  }
  await keep(latest, "done");
  log(`done: ${target}`);
  return DONE;
}

/** The exit code of an error; StoppedError is no failure. */
function codeOf(error: NotebookRunError, signal: AbortSignal): number {
  if (error instanceof RunStoppedError) return STOPPED;
  if (!(error instanceof CellError)) return FAILED;
  if (error.errorName === StoppedError.name) {
    return signal.aborted ? STOPPED : DONE;
  }
  return MISTAKES.has(error.errorName) ? BAD_INPUT : FAILED;
}

/**
 * Names of InputError and its subclasses: a kernel sends no classes, and modules
 * of some load native packages.
 */
const MISTAKES: ReadonlySet<string> = new Set([
  "InputError",
  "NotEnoughMemoryError",
  "NotFiniteError",
  "UnreadableClipError",
]);

/** Errors of cells whose message needs no traceback. */
const SELF_EXPLAINING: ReadonlySet<string> = new Set([
  ...MISTAKES,
  ...[StoppedError, RunFailedError, DiskFullError, DivergedError]
    .map(({ name }) => name),
]);

/** Prints an error; with source and traceback if its message does not suffice. */
function report(
  error: NotebookRunError,
  log: (line: string) => void,
): void {
  if (error instanceof RunStoppedError) {
    log(`${error.message}; the same command resumes from the checkpoints`);
    return;
  }
  if (error instanceof CellError && SELF_EXPLAINING.has(error.errorName)) {
    const isError = error.errorName !== StoppedError.name;
    log(`${isError ? "error: " : ""}${error.errorMessage}`);
    return;
  }
  const lines = error.cell.source.split("\n");
  const width = String(lines.length).length;
  log("");
  for (const [i, line] of lines.entries()) {
    log(`${String(i + 1).padStart(width)} | ${line}`);
  }
  log("");
  if (error instanceof CellError) {
    for (const line of error.traceback) log(line);
  }
  log(`error: ${error.message}`);
}

/** The code cells after the one that ended a run; "" if there are none. */
function leftText(cell: number, { cells }: Notebook): string {
  const last = cells.filter(isCode).length;
  if (cell === last) return "";
  return cell + 1 === last
    ? `code cell ${last} did not run`
    : `code cells ${cell + 1} to ${last} did not run`;
}

function endText({ state, cell }: RunRecord): string {
  if (state === "running") return "was killed";
  return `${
    state === "stopped" ? "was stopped" : "failed"
  } in code cell ${cell}`;
}

/**
 * Waits for the kernel of a killed run: it ends by itself, and holds the folder
 * until then.
 */
async function untilFree(
  folder: string,
  holder: LockHolder,
  signal: AbortSignal,
): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!signal.aborted && performance.now() < end) {
    try {
      lockFolder(folder, holder)[Symbol.dispose]();
      return;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** The record of an earlier run, if any. */
async function recordOf(path: string): Promise<RunRecord | undefined> {
  const found = await Deno.stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const { metadata } = await readNotebook(path);
  return metadata.aiprod as RunRecord | undefined;
}

/** The default folder of a run. */
export function defaultFolder(
  file: string,
  parameters: readonly Parameter[],
): string {
  const own = parameters.find(({ name }) => name === "out")?.fallback;
  return typeof own === "string"
    ? own
    : `runs/${basename(file).replace(/\.ipynb$/, "")}`;
}
