import { type AlertChannel, type AlertKind, sendAlert } from "../alerts/mod.ts";
import type { MachineMetrics } from "./machine.ts";
import type { RunObserver } from "./observer.ts";

/** Free disk space, in bytes, below which an alert is sent. */
const DISK_LOW = 2e9;
/** Share of a graphics card's memory above which an alert is sent. */
const GPU_MEMORY_HIGH = 0.9;

/** Sends alerts about a run; each lasting state once. */
export interface AlertObserver extends RunObserver {
  /** Checks a sample of the machine. */
  check(metrics: Pick<MachineMetrics, "diskFree" | "gpu">): Promise<void>;
}

/** Settings of an {@link AlertObserver}. */
export interface AlertObserverOptions {
  readonly run: string;
  readonly channels: readonly AlertChannel[];
  readonly now: () => Date;
  wait(milliseconds: number): Promise<void>;
  /** Prints a line about a channel that failed. */
  log(line: string): void;
}

/** Makes an observer that sends alerts. */
export function alertObserver(
  { run, channels, now, wait, log }: AlertObserverOptions,
): AlertObserver {
  const sent = new Set<AlertKind>();
  const send = async (
    kind: AlertKind,
    title: string,
    text: string,
  ): Promise<void> => {
    const alert = { kind, title, text, run, time: now().toISOString() };
    for (const line of await sendAlert(alert, channels, wait)) log(line);
  };
  const once: typeof send = async (kind, title, text) => {
    if (sent.has(kind)) return;
    sent.add(kind);
    await send(kind, title, text);
  };
  return {
    async record(stage, { step, skipped }) {
      if (typeof skipped !== "string" || !/NaN|Infinity/.test(skipped)) return;
      await once(
        "not-a-number",
        `${stage}, step ${step}: ${skipped}`,
        "The update was skipped and the run continues; three in a row end it.",
      );
    },
    async check({ diskFree, gpu }) {
      if (diskFree < DISK_LOW) {
        await once(
          "disk-low",
          `${(diskFree / 1e9).toFixed(1)} GB of disk space left`,
          "The run stops when the next checkpoint does not fit.",
        );
      }
      const share = gpu ? gpu.memoryUsed / gpu.memoryTotal : 0;
      if (share > GPU_MEMORY_HIGH) {
        await once(
          "gpu-memory-high",
          `${Math.round(share * 100)} % of the GPU memory in use`,
          "A larger batch or clip will not fit.",
        );
      }
    },
    async end({ state, message }) {
      if (state === "done") await send("finished", "The run is done", message);
      if (state === "failed") await send("failed", "The run failed", message);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
