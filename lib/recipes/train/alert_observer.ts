import {
  type AlertChannel,
  type AlertKind,
  sendAlert,
} from "../../trainer/alerts/mod.ts";
import type { MachineMetrics } from "../../trainer/mod.ts";
import type { RunObserver } from "./observer.ts";

/** Room on the disk below which somebody is told. */
const DISK_LOW = 2e9;
/** Share of a graphics card's memory above which somebody is told. */
const GPU_MEMORY_HIGH = 0.9;

/** Tells channels what happens to a run; of what lasts, once. */
export interface AlertObserver extends RunObserver {
  /** Takes a look at the machine into account. */
  look(metrics: Pick<MachineMetrics, "diskFree" | "gpu">): Promise<void>;
}

/** How alerts are sent. */
export interface AlertObserverOptions {
  readonly run: string;
  readonly channels: readonly AlertChannel[];
  readonly now: () => Date;
  wait(milliseconds: number): Promise<void>;
  /** Takes a line about a channel that could not be told. */
  say(line: string): void;
}

/** Makes an observer that sends alerts. */
export function alertObserver(
  { run, channels, now, wait, say }: AlertObserverOptions,
): AlertObserver {
  const told = new Set<AlertKind>();
  const send = async (
    kind: AlertKind,
    title: string,
    text: string,
  ): Promise<void> => {
    const alert = { kind, title, text, run, time: now().toISOString() };
    for (const line of await sendAlert(alert, channels, wait)) say(line);
  };
  const once = async (
    kind: AlertKind,
    title: string,
    text: string,
  ): Promise<void> => {
    if (told.has(kind)) return;
    told.add(kind);
    await send(kind, title, text);
  };
  return {
    async record(stage, { step, skipped }) {
      if (typeof skipped !== "string" || !/NaN|Infinity/.test(skipped)) return;
      await once(
        "not-a-number",
        `${stage}, step ${step}: ${skipped}`,
        "The batch was skipped and the run goes on; three in a row end it.",
      );
    },
    async look({ diskFree, gpu }) {
      if (diskFree < DISK_LOW) {
        await once(
          "disk-low",
          `${(diskFree / 1e9).toFixed(1)} GB are left on the disk`,
          "Without room for the next checkpoint the run stops.",
        );
      }
      const share = gpu ? gpu.memoryUsed / gpu.memoryTotal : 0;
      if (share > GPU_MEMORY_HIGH) {
        await once(
          "gpu-memory-high",
          `${Math.round(share * 100)} % of the GPU's memory are in use`,
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
