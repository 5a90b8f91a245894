/** The cell at which a run ended. */
export interface FailedCell {
  /** Number of the code cell, from 1. */
  readonly number: number;
  readonly source: string;
}

/** A notebook did not run to its end; its outputs so far are saved. */
export class NotebookRunError extends Error {
  override readonly name: string = "NotebookRunError";

  constructor(message: string, readonly cell: FailedCell) {
    super(message);
  }
}

/** The code of a cell threw an error. */
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

/** A cell, or all of them, exceeded a time limit. */
export class TimeLimitError extends NotebookRunError {
  override readonly name = "TimeLimitError";
}

/** The outputs of a cell exceeded their limit. */
export class OutputLimitError extends NotebookRunError {
  override readonly name = "OutputLimitError";
}

/** The kernel died during a cell. */
export class DeadKernelError extends NotebookRunError {
  override readonly name = "DeadKernelError";
}

/** The run was stopped on request. */
export class RunStoppedError extends NotebookRunError {
  override readonly name = "RunStoppedError";
}
