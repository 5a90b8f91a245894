import { messageOf, pause } from "../../core/mod.ts";
import { beat, type Claim } from "../jobs/mod.ts";
import type { WorkOptions } from "./work.ts";

/** Why a drawing is stopped. */
export type Stop = "cancel" | "lost" | "shutdown";

/** Beats for a job until disposed of, and stops it once it is cancelled or lost. */
export function beats(
  claim: Claim,
  { database, beatEvery, leaseSeconds, now, log }: WorkOptions,
  part: () => number,
  stop: (why: Stop) => void,
): Disposable {
  const ended = new AbortController();
  const run = async (): Promise<void> => {
    let heard = now();
    for (;;) {
      await pause(beatEvery, ended.signal);
      if (ended.signal.aborted) return;
      try {
        const answer = await beat(database, claim, part());
        heard = now();
        if (answer !== "go on") return stop(answer);
      } catch (error) {
        log.warn("no beat", { job: claim.job.id, reason: messageOf(error) });
        if (now() - heard > leaseSeconds * 1000) return stop("lost");
      }
    }
  };
  run();
  return { [Symbol.dispose]: () => ended.abort() };
}

/** Calls back some seconds after the signal, unless disposed of before. */
export function afterStop(
  signal: AbortSignal,
  seconds: number,
  then: () => void,
): Disposable {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const start = (): void => {
    timer = setTimeout(then, seconds * 1000);
  };
  if (signal.aborted) start();
  else signal.addEventListener("abort", start, { once: true });
  return {
    [Symbol.dispose]() {
      signal.removeEventListener("abort", start);
      clearTimeout(timer);
    },
  };
}

/**
 * Waits for a promise, but not longer than until the signal is aborted.
 *
 * @throws the signal's reason
 */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Waits for the end of a promise, whatever it is. */
export async function settled(promise: Promise<unknown>): Promise<void> {
  await Promise.allSettled([promise]);
}
