import {
  escapeHtml,
  type Progress,
  type ProgressFacts,
  type ProgressTask,
  type ProgressWork,
} from "../../core/mod.ts";
import { TaskState } from "../../core/progress/task_state.ts";
import type { MimeBundle } from "../../formats/notebook/mod.ts";
import type { Host } from "./host.ts";

/**
 * Mime type of progress as data beside its HTML, so that a terminal that runs the
 * notebook can draw its own bars.
 */
export const PROGRESS_MIME = "application/vnd.aiprod.progress+json";

/** The data of {@link PROGRESS_MIME}. */
export interface ProgressReport {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  readonly facts: ProgressFacts;
  readonly finished: boolean;
}

/** Least seconds between two updates of a task. */
const INTERVAL = 0.25;

/**
 * Progress in a notebook: one bar for each task, updated in place. A loop may
 * report every step: at most four updates a second are sent, one at a time, and
 * the last one always.
 *
 * @param newId Makes the id of a new display.
 * @param clock Seconds, never going back.
 */
export function liveProgress(
  host: Host,
  newId: () => string,
  clock: () => number,
): Progress {
  return { start: (work) => new LiveTask(host, newId(), clock, work) };
}

class LiveTask implements ProgressTask {
  readonly #host: Host;
  readonly #id: string;
  readonly #clock: () => number;
  readonly #work: ProgressWork;
  readonly #state: TaskState;
  #facts: ProgressFacts = {};
  #finished = false;
  #drawnAt: number;
  /** The update under way; the next waits for it. */
  #sending: Promise<void>;
  #waiting = false;

  constructor(
    host: Host,
    id: string,
    clock: () => number,
    work: ProgressWork,
  ) {
    this.#host = host;
    this.#id = id;
    this.#clock = clock;
    this.#work = work;
    this.#drawnAt = clock();
    this.#state = new TaskState(work, this.#drawnAt);
    this.#sending = host.show(this.#bundle(), id);
  }

  update(done: number, facts?: ProgressFacts): void {
    if (this.#finished) return;
    const now = this.#clock();
    this.#state.update(done, facts, now);
    if (facts !== undefined) this.#facts = facts;
    if (now - this.#drawnAt < INTERVAL) return;
    this.#drawnAt = now;
    this.#send();
  }

  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#send();
  }

  [Symbol.dispose](): void {
    this.finish();
  }

  /** Sends the state at the time of sending. */
  #send(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#sending = this.#sending.then(() => {
      this.#waiting = false;
      return this.#host.update(this.#bundle(), this.#id);
    });
  }

  #bundle(): MimeBundle {
    const { label, total, unit } = this.#work;
    const { done, standing } = this.#state;
    const text = this.#finished
      ? this.#state.summary(this.#clock())
      : `${label}: ${standing}`;
    const report: ProgressReport = {
      label,
      done,
      total,
      unit,
      facts: this.#facts,
      finished: this.#finished,
    };
    return {
      "text/html":
        `<div><progress value="${done}" max="${
          Math.max(total, 1)
        }" style="width:200px;vertical-align:middle"></progress> ` +
        `<code>${escapeHtml(text)}</code></div>`,
      "text/plain": text,
      [PROGRESS_MIME]: { ...report, facts: { ...report.facts } },
    };
  }
}
