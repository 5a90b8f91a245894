import { tmpdir } from "node:os";
import { type Device, openDevice } from "lib/compiler/mod.ts";
import { InputError } from "lib/core/mod.ts";

/** Where Debian's chromium keeps SwiftShader, a graphics card in software. */
const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";

/** Why tests of WebGPU do not run, where they do not. */
export const NO_WEBGPU =
  "skipped: there is no graphics card; apt-get install chromium brings one in software";

/**
 * The graphics card of this machine, or else the software one; undefined if
 * there is neither. Tests hold one device at a time, for the life of a file.
 */
export async function openWebgpu(): Promise<Device | undefined> {
  // Read by the system's Vulkan loader when it is first asked: beside the
  // cards of the machine, of which the fastest is taken.
  if (!Deno.env.has("VK_ADD_DRIVER_FILES")) {
    Deno.env.set("VK_ADD_DRIVER_FILES", SWIFTSHADER);
  }
  if (!Deno.env.has("XDG_RUNTIME_DIR")) {
    Deno.env.set("XDG_RUNTIME_DIR", tmpdir());
  }
  try {
    return await openDevice("webgpu", { allowSoftware: true });
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
