import { openJsonl } from "../../formats/jsonl/mod.ts";
import { type MachineMetrics, MachineMonitor } from "../../trainer/mod.ts";
import type { RunObserver } from "./observer.ts";

/** Milliseconds between two looks at the machine. */
const INTERVAL = 30_000;

/** Writes how the machine does beside the metrics, in `machine.jsonl`. */
export function machineObserver(
  folder: string,
  { clock, now, onLook }: {
    /** Milliseconds of a steady clock. */
    readonly clock: () => number;
    readonly now: () => Date;
    onLook(metrics: MachineMetrics): void | Promise<void>;
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
      const metrics = await monitor.look();
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
      await onLook(metrics);
    },
    [Symbol.asyncDispose]() {
      file[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}
