import { InputError } from "../../core/mod.ts";
import { cpuForms } from "../passes/cpu_forms.ts";
import { parallelForms } from "../passes/parallel_forms.ts";
import { webgpuForms } from "../passes/webgpu_forms.ts";
import { channelBlock } from "../session/channel_block.ts";
import { isThreadCount, MAX_THREADS } from "../session/create_session.ts";
import { NO_FALLBACK } from "../session/provider.ts";
import type { ProgramOptions } from "./program.ts";

/** Devices that run graphs. */
export type GraphDeviceName = "cpu" | "webgpu" | "cuda";

/** The graphs that a kind of device runs, and how it replaces state. */
export class DeviceProfile {
  constructor(
    readonly name: GraphDeviceName,
    /** Whether a step may write the next state over the last. */
    readonly inPlace: boolean,
    readonly options: ProgramOptions,
  ) {}
}

/** Settings of a profile; see `OpenOptions`. */
export interface ProfileOptions {
  readonly threads?: number;
  readonly cache?: string;
}

/** Room for the patches of convolutions on a card: a thirty-second of one with 8 GB. */
const PATCH_BYTES = 2 ** 28;

/**
 * The profile of a device, which need not be there: its programs can be traced
 * and their cost computed (`programCost`).
 *
 * @throws {InputError} if the number of threads is out of range
 *
 * @example
 * ```ts
 * import { deviceProfile } from "lib/compiler/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { name, inPlace } = await deviceProfile("webgpu"); // no card needed
 * assert.deepEqual([name, inPlace], ["webgpu", false]);
 * ```
 */
export async function deviceProfile(
  name: GraphDeviceName,
  options: ProfileOptions = {},
): Promise<DeviceProfile> {
  switch (name) {
    case "cpu":
      return await cpuProfile(options);
    case "webgpu":
      return new DeviceProfile(name, false, {
        provider: { name: "WebGPU" },
        config: NO_FALLBACK,
        passes: [parallelForms, webgpuForms],
        target: { patchBytes: PATCH_BYTES },
        joinsTransfers: true,
      });
    case "cuda":
      return new DeviceProfile(name, false, {
        provider: { name: "CUDA" },
        config: NO_FALLBACK,
        joinsTransfers: true,
      });
  }
}

async function cpuProfile(
  { threads = navigator.hardwareConcurrency, cache }: ProfileOptions,
): Promise<DeviceProfile> {
  if (!isThreadCount(threads)) {
    throw new InputError(
      `Cannot open device "cpu": threads must be a whole number from 1 to ` +
        `${MAX_THREADS}: current value is ${threads}`,
    );
  }
  const block = await channelBlock();
  return new DeviceProfile("cpu", true, {
    threads,
    passes: [cpuForms],
    ...(block !== undefined && { target: { channelBlock: block } }),
    ...(cache !== undefined && {
      cache: { folder: cache, machine: machineName(block) },
    }),
  });
}

/** The properties of the processor that the runtime optimises a graph for. */
function machineName(block: number | undefined): string {
  const { os, arch } = Deno.build;
  return `${os} ${arch}, blocks of ${block ?? 1}`;
}
