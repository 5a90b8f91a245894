import { statfs } from "node:fs/promises";
import { cpus } from "node:os";

/** How the machine is doing. Bytes, and shares in [0,1]. */
export interface MachineMetrics {
  /** Share of all cores that were busy since the last sample. */
  readonly cpu: number;
  readonly memoryTotal: number;
  readonly memoryAvailable: number;
  /** Memory of this process. */
  readonly processMemory: number;
  /** Room on the disk of the run's folder. */
  readonly diskFree: number;
  /** The first NVIDIA card, where there is one. */
  readonly gpu?: GpuMetrics;
}

/** How a graphics card is doing. */
export interface GpuMetrics {
  readonly use: number;
  readonly memoryUsed: number;
  readonly memoryTotal: number;
  /** Degrees Celsius. */
  readonly temperature: number;
}

/** Samples the load of the machine; each sample covers the time since the one before. */
export class MachineMonitor {
  readonly #folder: string;
  #times = busyAndAll();
  #hasGpu = true;

  /** @param folder On the disk that is watched. */
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

/**
 * Bytes that this user may still write to the disk of a folder.
 */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Milliseconds that all cores were busy, and that passed on them. */
function busyAndAll(): [number, number] {
  let [busy, all] = [0, 0];
  for (const { times } of cpus()) {
    const { user, nice, sys, irq, idle } = times;
    busy += user + nice + sys + irq;
    all += user + nice + sys + irq + idle;
  }
  return [busy, all];
}

/** Asks `nvidia-smi`; undefined without it, or without leave to run it. */
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
 * Reads what `nvidia-smi` says of the first card: use in percent, MiB, MiB,
 * degrees; undefined if it says anything else.
 *
 * @example
 * ```ts
 * import { parseGpuMetrics } from "lib/trainer/mod.ts";
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
