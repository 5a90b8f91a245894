import { statfs } from "node:fs/promises";
import { cpus } from "node:os";
import { openJsonl } from "../../formats/jsonl/mod.ts";
import type { RunObserver } from "./observer.ts";

/** Load of the machine. Memory and disk in bytes, use in [0,1]. */
export interface MachineMetrics {
  /** Use of all cores since the last sample. */
  readonly cpu: number;
  readonly memoryTotal: number;
  readonly memoryAvailable: number;
  /** Memory of this process. */
  readonly processMemory: number;
  /** Free space on the disk of the run's folder. */
  readonly diskFree: number;
  /** The first NVIDIA GPU; absent without one. */
  readonly gpu?: GpuMetrics;
}

/** Load of a GPU. */
interface GpuMetrics {
  readonly use: number;
  readonly memoryUsed: number;
  readonly memoryTotal: number;
  /** Degrees Celsius. */
  readonly temperature: number;
}

/** Samples the load of the machine. */
class MachineMonitor {
  readonly #folder: string;
  #times = busyAndAll();
  #hasGpu = true;

  /** @param folder A folder on the monitored disk. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async sample(): Promise<MachineMetrics> {
    const [busy, all] = busyAndAll();
    const [busyBefore, allBefore] = this.#times;
    this.#times = [busy, all];
    const { total, available } = Deno.systemMemoryInfo();
    const gpu = this.#hasGpu ? await gpuMetrics() : undefined;
    this.#hasGpu = gpu !== undefined;
    return {
      cpu: all > allBefore ? (busy - busyBefore) / (all - allBefore) : 0,
      memoryTotal: total,
      memoryAvailable: available,
      processMemory: Deno.memoryUsage().rss,
      diskFree: await freeBytes(this.#folder),
      ...(gpu && { gpu }),
    };
  }
}

/** Milliseconds between two samples of the machine. */
const INTERVAL = 30_000;

/** Appends the load of the machine to `machine.jsonl`. */
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

/**
 * Bytes that this user may still write to the disk of a folder.
 */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Busy and total milliseconds, summed over the cores. */
function busyAndAll(): [number, number] {
  let [busy, all] = [0, 0];
  for (const { times } of cpus()) {
    const { user, nice, sys, irq, idle } = times;
    busy += user + nice + sys + irq;
    all += user + nice + sys + irq + idle;
  }
  return [busy, all];
}

/** Runs `nvidia-smi`; undefined without it, or without permission to run it. */
async function gpuMetrics(): Promise<GpuMetrics | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("nvidia-smi", {
      args: [
        "--query-gpu=utilization.gpu,memory.used,memory.total,temperature.gpu",
        "--format=csv,noheader,nounits",
      ],
      stderr: "null",
      // Deno passes no variables of the dynamic loader on to named programs.
      clearEnv: true,
      env: { PATH: Deno.env.get("PATH") ?? "" },
    }).output();
    return success
      ? parseGpuMetrics(new TextDecoder().decode(stdout))
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Parses the output of `nvidia-smi` for the first GPU: use in percent, MiB, MiB,
 * degrees; undefined for any other output.
 *
 * @example
 * ```ts
 * import { parseGpuMetrics } from "lib/trainer/observers/machine.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseGpuMetrics("50, 1024, 8192, 61\n"), {
 *   use: 0.5, memoryUsed: 1024 * 2 ** 20, memoryTotal: 8192 * 2 ** 20, temperature: 61,
 * });
 * assert.equal(parseGpuMetrics("no devices were found\n"), undefined);
 * ```
 */
export function parseGpuMetrics(text: string): GpuMetrics | undefined {
  const numbers = text.split("\n")[0]!.split(",").map(Number);
  if (numbers.length !== 4 || !numbers.every(Number.isFinite)) return undefined;
  const [use, used, total, temperature] = numbers as [
    number,
    number,
    number,
    number,
  ];
  return {
    use: use / 100,
    memoryUsed: used * 2 ** 20,
    memoryTotal: total * 2 ** 20,
    temperature,
  };
}
