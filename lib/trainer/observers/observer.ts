import type { SheetRow } from "../../dataset/encode/mod.ts";
import type { MetricsRecord } from "../loop/train.ts";
import type { MemoryBar } from "../report/mod.ts";
import type { Stage } from "../stages/stages.ts";

/** Clips of an evaluation, for display. */
export interface Samples {
  readonly stage: Stage;
  readonly step: number;
  readonly rows: readonly SheetRow[];
}

/**
 * Receives the events of a run. After a crash its output may have gaps.
 */
export interface RunObserver extends AsyncDisposable {
  /** A stage starts, or resumes after `step` steps. */
  begin?(stage: Stage, step: number, totalSteps: number): void | Promise<void>;
  record?(stage: Stage, record: MetricsRecord): void | Promise<void>;
  samples?(samples: Samples): void | Promise<void>;
  /** What the memory of a stage holds, after its first update. */
  memory?(stage: Stage, bar: MemoryBar): void;
  /** Current parameters, a tree of arrays. */
  parameters?(stage: Stage, step: number, parameters: unknown): void;
  /** The run is done, was stopped, or failed. */
  end?(end: RunEnd): void | Promise<void>;
}

/** The end of a run. */
export interface RunEnd {
  readonly state: "done" | "stopped" | "failed";
  /** Reason; empty for a run that is done. */
  readonly message: string;
}

/** Several observers as one, called in order. */
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

  memory(stage: Stage, bar: MemoryBar): void {
    for (const one of this.#all) one.memory?.(stage, bar);
  }

  parameters(stage: Stage, step: number, parameters: unknown): void {
    for (const one of this.#all) one.parameters?.(stage, step, parameters);
  }

  /** Calls all observers even if one throws: alerts must be sent. */
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
