import { pause } from "../core/mod.ts";
import type { Database } from "./database/mod.ts";
import { reapJobs, sweep } from "./jobs/mod.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics/mod.ts";
import type { VideoStore } from "./videos/mod.ts";
import { type Courier, deliverWebhooks } from "./webhooks/mod.ts";

/** What the work beside requests and jobs needs. */
export interface HousekeepingOptions {
  readonly database: Database;
  readonly videos: VideoStore;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Sends webhooks; they wait where it is left out. */
  readonly courier?: Courier;
  /** Seconds after which the job of a silent worker is taken from it. */
  readonly leaseSeconds: number;
  /** Milliseconds between two rounds. */
  readonly every: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Takes jobs from workers that vanished, removes what has expired or was
 * deleted, and sends webhooks, until it is stopped. Any number of processes may
 * do it at once.
 */
export async function keepHouse(
  options: HousekeepingOptions,
  signal: AbortSignal,
): Promise<void> {
  const { database, videos, metrics, log, courier, now } = options;
  const tasks: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["jobs cannot be reaped", async () => {
      const counts = await reapJobs(database, options.leaseSeconds, now());
      metrics.jobsReaped(counts);
      if (counts.queued + counts.failed > 0) {
        log.warn("jobs of vanished workers", { ...counts });
      }
    }],
    ["nothing can be removed", () => sweep(database, videos)],
    ...(courier === undefined ? [] : [
      ["webhooks cannot be sent", async () => {
        // As long as there are more, without a pause.
        while (!signal.aborted) {
          const sent = await deliverWebhooks(database, courier, log, now);
          if (sent === 0) break;
        }
      }] as const,
    ]),
  ];
  while (!signal.aborted) {
    await Promise.all(tasks.map(async ([failure, run]) => {
      try {
        await run();
      } catch (error) {
        log.error(failure, error);
      }
    }));
    await pause(options.every, signal);
  }
}
