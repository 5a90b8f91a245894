/** A workload to time. */
export interface Side {
  readonly name: string;
  /** Runs once; returns the milliseconds it took. */
  run(): Promise<number>;
}

/** Summary of a list of times. */
export interface Timing {
  readonly medianMs: number;
  readonly minMs: number;
  /** Number of runs. */
  readonly steps: number;
}

/** Options of interleaved timing. */
export interface InterleaveOptions {
  /** Runs of each side. */
  readonly rounds: number;
  /** Waits for a number of milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/**
 * Rest before each run, milliseconds. Idle threads of both runtimes go on
 * spinning for a while after a run, on the cores that the other side needs.
 */
const REST = 50;

/**
 * Runs sides in turn, A B A B, so that other load on the machine affects all of
 * them alike. Warm them up before.
 *
 * @returns the times of each side, in the order of the sides.
 */
export async function interleave(
  sides: readonly Side[],
  { rounds, sleep }: InterleaveOptions,
): Promise<number[][]> {
  const times: number[][] = sides.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, side] of sides.entries()) {
      await sleep(REST);
      const milliseconds = await side.run();
      if (!Number.isFinite(milliseconds) || milliseconds <= 0) {
        throw new RangeError(
          `Cannot use a time of ${side.name}: it must be above 0 milliseconds: ` +
            `current value is ${milliseconds}`,
        );
      }
      times[i]!.push(milliseconds);
    }
  }
  return times;
}

/** Waits by the system's clock. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Measures the milliseconds of a workload. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/**
 * The median of a list of numbers; the mean of the middle two of an even one.
 */
export function medianOf(values: readonly number[]): number {
  if (values.length === 0) {
    throw new RangeError("Cannot take a median: there must be a value");
  }
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[values.length >> 1]!;
  const lower = sorted[(values.length - 1) >> 1]!;
  return (lower + upper) / 2;
}

/** Summarises times. */
export function timingOf(times: readonly number[]): Timing {
  return {
    medianMs: medianOf(times),
    minMs: Math.min(...times),
    steps: times.length,
  };
}
