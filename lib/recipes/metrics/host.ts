import type { Progress } from "../../core/mod.ts";

/** Resources of a measurement. */
export interface MetricHost {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Prints a line. */
  readonly log: (line: string) => void;
}
