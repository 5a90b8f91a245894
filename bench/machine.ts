import { cpus } from "node:os";
import process from "node:process";
import type { Device } from "lib/compiler/mod.ts";
import manifest from "../deno.json" with { type: "json" };
import type { BenchResult } from "./result.ts";

/** Hardware and versions that figures depend on; no name of the machine or owner. */
export interface Machine {
  readonly cpu: string;
  readonly threads: number;
  readonly system: string;
  readonly deno: string;
  readonly onnxruntime: string;
  readonly tfjs: string;
}

/** This machine. */
export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    threads: navigator.hardwareConcurrency,
    system: `${Deno.build.os} ${Deno.build.arch}`,
    deno: Deno.version.deno,
    onnxruntime: versionIn(manifest.imports["onnxruntime-node"]),
    tfjs: versionIn(manifest.imports["@tensorflow/tfjs-core"]),
  };
}

/** Whether a device computes on a graphics card. */
export function isCard({ name }: Pick<Device, "name">): boolean {
  return name !== "cpu";
}

/** Device of a result: a card's model is stored with it, the CPU's with the machine. */
export function placeOf(
  device: Pick<Device, "name" | "description">,
): Pick<BenchResult, "device" | "card"> {
  return {
    device: device.name,
    ...(isCard(device) && { card: device.description }),
  };
}

/** The version at the end of `npm:name@1.2.3`. */
function versionIn(specifier: string): string {
  return specifier.slice(specifier.lastIndexOf("@") + 1);
}

/**
 * Peak memory of this process, bytes: the same figure as VmHWM of
 * `/proc/self/status`, but portable and without a permission (Deno opens `/proc`
 * only under `--allow-all`).
 */
export function peakRssBytes(): number {
  // KiB on every system: libuv's figure.
  return process.resourceUsage().maxRSS * 1024;
}
