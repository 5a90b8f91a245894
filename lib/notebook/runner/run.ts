import {
  type Cell,
  isCode,
  type MimeBundle,
  type Notebook,
  sourceOf,
} from "../../formats/notebook/mod.ts";
import { type Kernel, KernelDiedError, type Reply } from "../kernel/mod.ts";
import {
  CellError,
  DeadKernelError,
  type FailedCell,
  OutputLimitError,
  RunStoppedError,
  TimeLimitError,
} from "./errors.ts";
import { type Change, changeOf, errorOutput, Outputs } from "./outputs.ts";

/** Observes a run. */
export interface RunObserver {
  /** A code cell begins: its number from 1, how many there are, its source. */
  cellStarted(number: number, total: number, source: string): void;
  /** A cell printed. */
  streamed(name: string, text: string): void;
  /** A cell displayed data, or updated the display of an id. */
  displayed(data: MimeBundle, id: string | undefined): void;
}

/** How a notebook is run. */
export interface RunOptions {
  /** Started and ended by the caller. */
  readonly kernel: Kernel;
  /** Saves the notebook: called before the first cell and after each. */
  readonly save: (notebook: Notebook) => Promise<void>;
  readonly observer: RunObserver;
  /** Interrupts the running cell when aborted. */
  readonly signal: AbortSignal;
  /** Seconds, default unlimited. */
  readonly cellLimit?: number;
  /** Seconds for all cells together, default unlimited. */
  readonly totalLimit?: number;
  /** Bytes of one cell's outputs as JSON, default 10 MB. */
  readonly outputLimit?: number;
}

/** Seconds for an interrupted cell to save its work. */
const GRACE = 30;

/** The reason for ending a run before its last cell. */
type Stop = "request" | "cell time" | "total time" | "output";

/**
 * Runs all code cells of a notebook in order, up to the first that fails. The
 * notebook is saved after every cell, with its outputs and the error.
 *
 * @returns the notebook as saved last
 * @throws {NotebookRunError} with the code cell: {@link CellError},
 *   {@link TimeLimitError}, {@link OutputLimitError}, {@link DeadKernelError}
 *   or {@link RunStoppedError}
 */
export async function runNotebook(
  notebook: Notebook,
  options: RunOptions,
): Promise<Notebook> {
  const run = new Run(notebook, options);
  const { signal, totalLimit } = options;
  const onAbort = (): void => run.stop("request");
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  using _total = timer(totalLimit, () => run.stop("total time"));
  try {
    return await run.allCells();
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

class Run {
  readonly #options: RunOptions;
  readonly #outputs: Outputs;
  readonly #stopped = Promise.withResolvers<Stop>();
  #notebook: Notebook;

  constructor(notebook: Notebook, options: RunOptions) {
    const cells = notebook.cells.map((cell): Cell =>
      isCode(cell) ? { ...cell, execution_count: null, outputs: [] } : cell
    );
    this.#notebook = { ...notebook, cells };
    this.#outputs = new Outputs(this.#notebook);
    this.#options = options;
  }

  /** Ends the run; the first reason counts. */
  stop(reason: Stop): void {
    this.#stopped.resolve(reason);
  }

  async allCells(): Promise<Notebook> {
    const { observer, save } = this.#options;
    await save(this.#notebook);
    const codeCells = [...this.#notebook.cells.entries()]
      .filter(([, cell]) => isCode(cell));
    for (const [i, [index, cell]] of codeCells.entries()) {
      const source = sourceOf(cell);
      if (source.trim() === "") continue;
      observer.cellStarted(i + 1, codeCells.length, source);
      try {
        await this.#cell(index, { number: i + 1, source });
      } finally {
        this.#notebook = this.#outputs.of(this.#notebook);
        await save(this.#notebook);
      }
    }
    return this.#notebook;
  }

  async #cell(index: number, cell: FailedCell): Promise<void> {
    const { cellLimit } = this.#options;
    using _limit = timer(cellLimit, () => this.stop("cell time"));
    let reply: Reply;
    try {
      reply = await this.#execute(index, cell);
    } catch (error) {
      if (error instanceof Error && !this.#outputs.hasError(index)) {
        const output = errorOutput(error.name, error.message, [error.message]);
        this.#outputs.apply(index, { kind: "output", output });
      }
      throw error;
    }
    const cells = this.#notebook.cells.map((other, i) =>
      i === index ? { ...other, execution_count: reply.count } : other
    );
    this.#notebook = { ...this.#notebook, cells };
    if (reply.status === "ok") return;
    const { name, value, traceback } = reply;
    // The kernel shows no error for code that it cannot parse.
    if (!this.#outputs.hasError(index)) {
      const output = errorOutput(name, value, traceback);
      this.#outputs.apply(index, { kind: "output", output });
    }
    throw new CellError(cell, name, value, traceback);
  }

  async #execute(index: number, cell: FailedCell): Promise<Reply> {
    const { kernel, observer, signal, outputLimit = 10_000_000 } =
      this.#options;
    const executed = kernel.execute(cell.source, (message) => {
      const change = changeOf(message);
      if (change === undefined) return;
      this.#outputs.apply(index, change);
      if (this.#outputs.bytes(index) > outputLimit) this.stop("output");
      else notify(observer, change);
    });
    let ended: Reply | Stop;
    try {
      ended = await Promise.race([executed, this.#stopped.promise]);
    } catch (error) {
      if (!(error instanceof KernelDiedError)) throw error;
      // Ctrl-C in a terminal reaches the kernel too, and may end it first.
      if (signal.aborted) throw this.#errorOf("request", cell);
      throw new DeadKernelError(
        `Code cell ${cell.number} lost its kernel: ${error.message}`,
        cell,
      );
    }
    if (typeof ended === "object") return ended;
    if (ended === "output") await kernel.kill();
    else await interrupt(kernel, executed);
    await executed.catch(() => {});
    throw this.#errorOf(ended, cell);
  }

  #errorOf(stop: Stop, cell: FailedCell): Error {
    const { cellLimit, totalLimit, outputLimit = 10_000_000 } = this.#options;
    const { number } = cell;
    switch (stop) {
      case "request":
        return new RunStoppedError(`Stopped in code cell ${number}`, cell);
      case "cell time":
        return new TimeLimitError(
          `Code cell ${number} ran out of time: a cell may take ${cellLimit} s`,
          cell,
        );
      case "total time":
        return new TimeLimitError(
          `The notebook ran out of time in code cell ${number}: all cells ` +
            `together may take ${totalLimit} s`,
          cell,
        );
      case "output":
        return new OutputLimitError(
          `Code cell ${number} shows too much: the outputs of a cell may ` +
            `have at most ${outputLimit} bytes; write them to a file`,
          cell,
        );
    }
  }
}

/** Interrupts the running cell, then ends the kernel, after a grace period at the latest. */
async function interrupt(
  kernel: Kernel,
  executed: Promise<Reply>,
): Promise<void> {
  kernel.interrupt();
  const late = Promise.withResolvers<void>();
  using _grace = timer(GRACE, late.resolve);
  await Promise.race([executed.then(() => {}, () => {}), late.promise]);
  await kernel.kill();
}

function notify(observer: RunObserver, change: Change): void {
  if (change.kind === "update") observer.displayed(change.data, change.id);
  if (change.kind !== "output") return;
  const { output, id } = change;
  if (output.output_type === "stream") {
    observer.streamed(output.name, String(output.text));
  } else if (output.output_type !== "error") {
    observer.displayed(output.data, id);
  }
}

function timer(seconds: number | undefined, act: () => void): Disposable {
  const id = seconds === undefined ? undefined : setTimeout(act, seconds * 1e3);
  return { [Symbol.dispose]: () => clearTimeout(id) };
}
