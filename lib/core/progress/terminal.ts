import process from "node:process";
import { barProgress } from "./bars.ts";
import { lineProgress } from "./lines.ts";
import type { Progress } from "./progress.ts";

/** Where and how {@link terminalProgress} writes. */
export interface TerminalProgressOptions {
  /** Takes the text, default standard error, so that output stays clean. */
  readonly stream?: {
    write(text: string): unknown;
    readonly isTTY?: boolean;
    /** Width in characters. */
    readonly columns?: number;
  };
  /** Whether to draw bars, default whether the stream is a terminal. */
  readonly isTerminal?: boolean;
  /** Seconds, never going back; default the time since the program began. */
  readonly clock?: () => number;
}

/**
 * Progress for the command line: bars on a terminal, plain lines elsewhere.
 * Both show units done, smoothed rate, time left and the facts of the task.
 */
export function terminalProgress(
  {
    stream = process.stderr,
    isTerminal = stream.isTTY === true,
    clock = (): number => performance.now() / 1000,
  }: TerminalProgressOptions = {},
): Progress {
  return isTerminal
    ? barProgress(stream, clock)
    : lineProgress((line) => stream.write(line), clock);
}
