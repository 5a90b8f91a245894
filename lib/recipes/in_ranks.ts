import { firstError, StoppedError } from "../core/mod.ts";
import { type Progress, silentProgress } from "../core/progress/mod.ts";
import { type Launch, openRanks, type Ranks } from "../ranks/mod.ts";
import { log, reportError } from "./command_line/mod.ts";

/**
 * Milliseconds for rank 0 to print an error and end all: most errors, such as
 * those of a wrong flag, are those of all ranks.
 */
const HEAD_START = 2000;

/** Exit code of a rank whose launcher is gone. */
const LOST = 1;

/** Milliseconds between two looks for the launcher. */
const WATCH = 1000;

/** What work in several ranks shows, and what it gets of them. */
export interface RankHost {
  readonly progress: Progress;
  /** The processes that work together; default: this one. */
  readonly ranks?: Ranks | undefined;
  /** CPU threads of one operation; default: all. */
  readonly threads?: number | undefined;
  /** Prints a line. */
  readonly log: (line: string) => void;
}

/**
 * Works in the ranks of a launcher, or in this process alone: the first rank
 * alone shows anything. An error of one ends all of them.
 *
 * @param host Of a process that works alone.
 * @throws {InputError} if the ranks cannot be joined
 * @throws what `work` threw in a process alone; of the first of several ranks,
 *   a `StoppedError` only
 */
export async function inRanks<H extends RankHost>(
  launch: Launch | undefined,
  host: H,
  work: (host: H) => Promise<void>,
): Promise<void> {
  using ranks = openRanks(launch);
  if (ranks.size === 1) return await work(host);
  using _watch = endWithParent();
  const threads = Math.max(
    1,
    Math.floor(navigator.hardwareConcurrency / launch!.local),
  );
  try {
    await work({
      ...host,
      ranks,
      threads,
      ...(ranks.rank > 0 && { progress: silentProgress, log: () => {} }),
    });
  } catch (error) {
    if (!(firstError(error) instanceof StoppedError)) {
      return await endAll(ranks, error);
    }
    if (ranks.rank === 0) throw error; // all ranks stop, and one says so
  }
}

/**
 * Ends this process when its parent has ended: a launcher kills what it started,
 * which is `deno task`, and this program would wait for the lost ranks for ever.
 */
function endWithParent(): Disposable {
  const parent = Deno.ppid;
  const timer = setInterval(() => {
    if (Deno.ppid !== parent) Deno.exit(LOST);
  }, WATCH);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Prints an error and ends the processes of all ranks. */
async function endAll(
  ranks: Ranks,
  error: unknown,
): Promise<void> {
  const { rank, size } = ranks;
  if (rank > 0) await new Promise((done) => setTimeout(done, HEAD_START));
  log(`rank ${rank} of ${size} ends all:`);
  const first = firstError(error);
  const code = reportError(first);
  if (code === undefined) {
    log(first instanceof Error ? first.stack ?? first.message : String(first));
  }
  ranks.abort(code ?? 1);
}
