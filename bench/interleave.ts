/** Something that is timed. */
export interface Side {
  readonly name: string;
  /** Runs once; returns the milliseconds it took. */
  run(): Promise<number>;
}

/** What is told of a list of times. */
export interface Timing {
  readonly medianMs: number;
  readonly minMs: number;
  /** How often it was run. */
  readonly steps: number;
}

/** How sides take turns. */
export interface InterleaveOptions {
  /** How often each side runs. */
  readonly rounds: number;
  /** Waits so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/**
 * Rest before each run, milliseconds. Idle threads of both runtimes go on
 * spinning for a while after a run, on the cores that the other side needs.
 */
const REST = 50;

/**
 * Runs sides in turn, A B A B, so that whatever else the machine does falls on
 * all of them alike. Warm them up before.
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

/** Waits for real. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Milliseconds that some work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/**
 * The middle of a list of numbers; the mean of both middles of an even one.
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

/** Sums up times. */
export function timingOf(times: readonly number[]): Timing {
  return {
    medianMs: medianOf(times),
    minMs: Math.min(...times),
    steps: times.length,
  };
}
