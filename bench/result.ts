import type { Timing } from "./interleave.ts";

/** The same work in PyTorch. */
export interface TorchResult extends Timing {
  readonly version: string;
  /** The faster memory layout. */
  readonly layout: string;
  /** The graphics card, if it used one. */
  readonly card?: string;
  readonly peakRssBytes: number;
}

/** Result of a bench: one JSON object. */
export interface BenchResult extends Timing {
  readonly bench: string;
  readonly device: string;
  /** The model of the graphics card, if any. */
  readonly card?: string;
  /** The measured sizes. */
  readonly sizes: Readonly<Record<string, string | number>>;
  /** Reference of the check before timing. */
  readonly checked: readonly string[];
  /** Trained parameters. */
  readonly parameters?: number;
  /** Floating point operations of the work itself over the median time, 1e9 a second. */
  readonly gflops?: number;
  /** The same over that of `matmul`, run in turn with it. */
  readonly fractionOfMatmulPeak?: number;
  /** Frames of videos a second, at the median time. */
  readonly picturesPerSecond?: number;
  /** Milliseconds of tracing and compilation, if compiled. */
  readonly compileMs?: number;
  /** Peak host memory of the process, checks and compilation included. */
  readonly peakRssBytes: number;
  readonly torch?: TorchResult;
  /** Our median time over PyTorch's: below 1 is faster. */
  readonly ratio?: number;
  /** The quartiles of that ratio over the rounds. */
  readonly ratioQuartiles?: readonly [number, number];
  /** Why there is no comparison. */
  readonly note?: string;
  /** The profile, with `--profile`. */
  readonly profile?: Profile;
}

/** Time of a run by operation, the longest first. */
export interface Profile {
  readonly operations: readonly ProfileRow[];
  readonly shapes: readonly ProfileRow[];
}

/** Time of one operation on one set of shapes, or on all. */
export interface ProfileRow {
  readonly operation: string;
  readonly shapes: string;
  /** Calls in a run. */
  readonly calls: number;
  /** Milliseconds in a run. */
  readonly milliseconds: number;
}

/** 1e9 operations a second. */
export function gflopsOf(operations: number, milliseconds: number): number {
  return operations / milliseconds / 1e6;
}
