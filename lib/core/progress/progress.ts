/** Numbers and texts shown beside a task: `{ loss: 0.12, stage: "256px" }`. */
export type ProgressFacts = Readonly<Record<string, number | string>>;

/** The description of a task, given at its start. */
export interface ProgressWork {
  /** "Training". */
  readonly label: string;
  /** Units in the whole task, at least 0. */
  readonly total: number;
  /** Plural name of the units: "steps". */
  readonly unit: string;
  /** Units already done when a task is resumed, default 0. */
  readonly done?: number;
}

/** One piece of long work, from its start to its end. */
export interface ProgressTask extends Disposable {
  /**
   * Reports progress. It costs little, so call it at every step.
   *
   * @param done Units done since the very beginning, not since the last call.
   * @param facts Replace those shown before; left out, those before stay.
   */
  update(done: number, facts?: ProgressFacts): void;
  /** Ends the task, complete or not. A second call does nothing. */
  finish(): void;
}

/**
 * Receives the progress of long work. It is an argument of all functions that
 * take longer than a few seconds, so that the same loop runs under a terminal, a
 * notebook or a test.
 */
export interface Progress {
  /** Begins a task. Several may run at once, one inside another. */
  start(work: ProgressWork): ProgressTask;
}

const SILENT_TASK: ProgressTask = {
  update: () => {},
  finish: () => {},
  [Symbol.dispose]: () => {},
};

/** Progress without output, for tests and for quiet callers. */
export const silentProgress: Progress = { start: () => SILENT_TASK };
