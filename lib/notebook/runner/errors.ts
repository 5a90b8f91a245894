/** Where a run ended: the cell that failed, and the source that says which. */
export interface FailedCell {
  /** Of the code cells, from 1, as a reader counts. */
  readonly number: number;
  readonly source: string;
}

/** A notebook did not run to its end; what it showed by then is saved. */
export class NotebookRunError extends Error {
  override readonly name: string = "NotebookRunError";

  constructor(message: string, readonly cell: FailedCell) {
    super(message);
  }
}

/** The code of a cell threw. */
export class CellError extends NotebookRunError {
  override readonly name = "CellError";

  constructor(
    cell: FailedCell,
    readonly errorName: string,
    readonly errorMessage: string,
    readonly traceback: readonly string[],
  ) {
    super(
      `Code cell ${cell.number} failed: ${errorName}: ${errorMessage}`,
      cell,
    );
  }
}

/** A cell, or all of them, took longer than they may. */
export class TimeLimitError extends NotebookRunError {
  override readonly name = "TimeLimitError";
}

/** A cell showed more than a notebook should hold. */
export class OutputLimitError extends NotebookRunError {
  override readonly name = "OutputLimitError";
}

/** The kernel died under a cell. */
export class DeadKernelError extends NotebookRunError {
  override readonly name = "DeadKernelError";
}

/** The run was asked to stop, and did. */
export class RunStoppedError extends NotebookRunError {
  override readonly name = "RunStoppedError";
}
