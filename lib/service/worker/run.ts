import { pause } from "../../core/mod.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics/mod.ts";
import { tellAbsence, tellPresence } from "./presence.ts";
import { work, type WorkOptions } from "./work.ts";

/** What a worker runs with. */
export interface RunWorkerOptions
  extends Omit<WorkOptions, "onEnd" | "onClaim"> {
  readonly metrics: Metrics;
  readonly host: string;
  readonly pid: number;
}

/** Milliseconds between two signs of life of a worker. */
const PRESENCE_EVERY = 2000;

/**
 * Runs a worker until it is stopped: it takes jobs, draws their videos, and
 * tells all the while that it is there.
 */
export async function runWorker(
  options: RunWorkerOptions,
  signal: AbortSignal,
): Promise<void> {
  const { database, worker, artist, metrics, log, host, pid } = options;
  let job: string | undefined;
  const ended = new AbortController();
  const present = tellUntil(ended.signal, log, () =>
    tellPresence(database, {
      id: worker,
      host,
      pid,
      models: artist.models,
      job,
      cpuShare: metrics.cpuShare(),
      rss: Deno.memoryUsage().rss,
    }));
  log.info("worker started", { worker, models: artist.models.join(",") });
  try {
    await work({
      ...options,
      onEnd: metrics.jobEnded,
      onClaim: (id) => job = id,
    }, signal);
  } finally {
    ended.abort();
    await present;
    await tellAbsence(database, worker).catch(() => {});
    log.info("worker stopped", { worker });
  }
}

async function tellUntil(
  signal: AbortSignal,
  log: Log,
  tell: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await tell();
    } catch (error) {
      log.error("the worker cannot show itself", error);
    }
    await pause(PRESENCE_EVERY, signal);
  }
}
