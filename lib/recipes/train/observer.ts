import type { SheetRow } from "../../dataset/encode/mod.ts";
import type { MetricsRecord } from "../../trainer/mod.ts";
import type { Stage } from "./curriculum.ts";

/** Clips of an evaluation, as they are shown. */
export interface Samples {
  readonly stage: Stage;
  readonly step: number;
  readonly rows: readonly SheetRow[];
}

/**
 * Somebody who follows a run: what is told here can be made again from the
 * checkpoints, so nothing of it has to be exact after a crash.
 */
export interface RunObserver extends AsyncDisposable {
  /** A stage begins, or goes on after so many steps. */
  begin?(stage: Stage, step: number, totalSteps: number): void | Promise<void>;
  record?(stage: Stage, record: MetricsRecord): void | Promise<void>;
  samples?(samples: Samples): void | Promise<void>;
  /** Parameters as they are, a tree of arrays. */
  parameters?(stage: Stage, step: number, parameters: unknown): void;
  /** The run ended: by itself, from outside, or by an error. */
  end?(end: RunEnd): void | Promise<void>;
}

/** How a run ended. */
export interface RunEnd {
  readonly state: "done" | "stopped" | "failed";
  /** What there is to say about it; empty if it is done. */
  readonly message: string;
}

/** Many observers as one; they are told in their order. */
export class RunObservers implements AsyncDisposable {
  readonly #all: readonly RunObserver[];

  constructor(all: readonly RunObserver[]) {
    this.#all = all;
  }

  async begin(stage: Stage, step: number, totalSteps: number): Promise<void> {
    for (const one of this.#all) await one.begin?.(stage, step, totalSteps);
  }

  async record(stage: Stage, record: MetricsRecord): Promise<void> {
    for (const one of this.#all) await one.record?.(stage, record);
  }

  async samples(samples: Samples): Promise<void> {
    for (const one of this.#all) await one.samples?.(samples);
  }

  parameters(stage: Stage, step: number, parameters: unknown): void {
    for (const one of this.#all) one.parameters?.(stage, step, parameters);
  }

  /** Tells all of them, also if one fails: who is to be alerted must be. */
  async end(end: RunEnd): Promise<void> {
    const errors: unknown[] = [];
    for (const one of this.#all) {
      try {
        await one.end?.(end);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using stack = new AsyncDisposableStack();
    for (const one of this.#all) stack.use(one);
  }
}
