import type { Timing } from "./interleave.ts";

/** What PyTorch made of the same work. */
export interface TorchResult extends Timing {
  readonly version: string;
  /** Memory layout that was the faster. */
  readonly layout: string;
  /** The graphics card it worked on, where it did. */
  readonly card?: string;
  readonly peakRssBytes: number;
}

/** What a bench found: one JSON object. */
export interface BenchResult extends Timing {
  readonly bench: string;
  readonly device: string;
  /** The model of its graphics card, where it is one. */
  readonly card?: string;
  /** The sizes measured. */
  readonly sizes: Readonly<Record<string, string | number>>;
  /** What the result was compared with before it was timed. */
  readonly checked: readonly string[];
  /** Numbers that are trained. */
  readonly parameters?: number;
  /** Floating point operations of the work itself over the median time, 1e9 a second. */
  readonly gflops?: number;
  /** The same over that of `matmul`, run in turn with it. */
  readonly fractionOfMatmulPeak?: number;
  /** Pictures of videos over the median time. */
  readonly picturesPerSecond?: number;
  /** Milliseconds until it was traced and ready to run, if it is traced. */
  readonly compileMs?: number;
  /** Most memory of the host the process has held, checks and compilation included. */
  readonly peakRssBytes: number;
  readonly torch?: TorchResult;
  /** Our median time over PyTorch's: below 1 is faster. */
  readonly ratio?: number;
  /** Why there is no comparison. */
  readonly note?: string;
  /** Where the time goes, if that was asked for. */
  readonly profile?: Profile;
}

/** Where the time of a run goes, the longest first. */
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
