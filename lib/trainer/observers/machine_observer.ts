import { openJsonl } from "../../formats/jsonl/mod.ts";
import { type MachineMetrics, MachineMonitor } from "./machine.ts";
import type { RunObserver } from "./observer.ts";

/** Milliseconds between two samples of the machine. */
const INTERVAL = 30_000;

/** Writes the load of the machine to `machine.jsonl`. */
export function machineObserver(
  folder: string,
  { clock, now, onMetrics }: {
    /** Milliseconds of a steady clock. */
    readonly clock: () => number;
    readonly now: () => Date;
    onMetrics(metrics: MachineMetrics): void | Promise<void>;
  },
): RunObserver {
  const monitor = new MachineMonitor(folder);
  const file = openJsonl(`${folder}/machine.jsonl`);
  let last = clock();
  let previous: { stage: string; step: number } | undefined;
  return {
    async record(stage, { step }) {
      if (clock() - last < INTERVAL) return;
      const seconds = (clock() - last) / 1000;
      last = clock();
      const metrics = await monitor.sample();
      const steps = previous?.stage === stage
        ? Number(step) - previous.step
        : undefined;
      previous = { stage, step: Number(step) };
      file.append({
        time: now().toISOString(),
        stage,
        step,
        ...(steps !== undefined && { stepsPerSecond: steps / seconds }),
        ...metrics,
      });
      await onMetrics(metrics);
    },
    [Symbol.asyncDispose]() {
      file[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}
