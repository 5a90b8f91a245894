import { InputError, messageOf } from "../../core/mod.ts";
import { RuntimeError } from "../session/ort_api.ts";
import { type Adapter, fastestAdapter } from "./adapter.ts";
import { checkAnswers, measureSpeed } from "./check.ts";
import { type Device, DEVICE_CHOICES, type DeviceChoice } from "./device.ts";
import { EagerDevice } from "./eager_device.ts";
import { loadTensorFlow, TENSORFLOW } from "./tensorflow.ts";
import { CardMemory, HOST_MEMORY } from "./memory.ts";
import {
  type DeviceProfile,
  deviceProfile,
  type GraphDeviceName,
  type ProfileOptions,
} from "./profile.ts";
import { RuntimeDevice } from "./runtime_device.ts";

/** How to open a device. */
export interface OpenOptions {
  /**
   * Threads inside one operation on the CPU, 1 to 256, or to as many as it has
   * if those are more; as many as it has when left out.
   */
  readonly threads?: number;
  /**
   * Whether to accept a graphics card in software, or TensorFlow without a card:
   * for tests, since both are slower than the device "cpu".
   */
  readonly allowSoftware?: boolean;
  /**
   * Folder for optimised graphs, with which large functions start faster; none
   * when left out.
   */
  readonly cache?: string;
}

/**
 * Opens a device and checks the results of a few operations on it.
 *
 * | name       | runs on                                                       |
 * | ---------- | ------------------------------------------------------------- |
 * | `cpu`      | the CPU, through ONNX Runtime                                 |
 * | `webgpu`   | any graphics card with Vulkan, Direct3D 12 or Metal           |
 * | `cuda`     | an NVIDIA card of compute capability 7.5 or later, with CUDA  |
 * | `tfjs-gpu` | TensorFlow, eagerly: nothing is traced                        |
 * | `auto`     | `webgpu` if there is a graphics card, else `cpu`              |
 *
 * @throws {InputError} with the device, the missing part and how to get it
 *
 * @example
 * ```ts
 * import { measureSpeed, openDevice } from "lib/compiler/mod.ts";
 * import assert from "node:assert/strict";
 *
 * using device = await openDevice("cpu");
 * assert.equal(device.name, "cpu");
 * assert.ok(await measureSpeed(device) > 0);
 * ```
 */
export async function openDevice(
  name: DeviceChoice,
  options: OpenOptions = {},
): Promise<Device> {
  const device = await open(checkedName(name), options);
  try {
    await checkAnswers(device);
    return device;
  } catch (error) {
    device[Symbol.dispose]();
    throw error;
  }
}

/** A line for people: name, model and measured speed of a device. */
export async function describeDevice(device: Device): Promise<string> {
  const speed = await measureSpeed(device);
  return `device: ${device.name} (${device.description}), ` +
    `${Number(speed.toPrecision(3))} GFLOP/s in a matrix product`;
}

/**
 * The profile of the device that a choice stands for; `auto` opens it to find out
 * which it is.
 *
 * @returns undefined for a device that runs no graphs
 */
export async function profileOfChoice(
  choice: DeviceChoice,
  options: ProfileOptions = {},
): Promise<DeviceProfile | undefined> {
  if (choice === "tfjs-gpu") return undefined;
  if (choice !== "auto") return await deviceProfile(choice, options);
  using opened = await openDevice(choice, options);
  return await deviceProfile(opened.name as GraphDeviceName, options);
}

async function open(
  name: DeviceChoice,
  options: OpenOptions,
): Promise<Device> {
  switch (name) {
    case "cpu":
      return await openCpu(options);
    case "webgpu":
      return await openWebGpu(await fastestAdapter(), options);
    case "cuda":
      return await openCuda();
    case "tfjs-gpu":
      return await openTensorFlow(options);
    case "auto": {
      const adapter = await fastestAdapter();
      return adapter && !adapter.software
        ? await openWebGpu(adapter, options)
        : await openCpu(options);
    }
  }
}

function checkedName(name: string): DeviceChoice {
  const known = DEVICE_CHOICES.find((choice) => choice === name);
  if (known) return known;
  throw new InputError(
    `Cannot open a device: its name must be one of ` +
      `${DEVICE_CHOICES.join(", ")}: current value is "${name}"`,
  );
}

async function openCpu(options: OpenOptions): Promise<Device> {
  const profile = await deviceProfile("cpu", options);
  const { threads } = profile.options;
  const description = `${threads} ${threads === 1 ? "thread" : "threads"}`;
  return new RuntimeDevice(profile, description, HOST_MEMORY);
}

async function openWebGpu(
  adapter: Adapter | undefined,
  { allowSoftware = false }: OpenOptions,
): Promise<Device> {
  if (!adapter) throw missingCard("the system shows none");
  if (adapter.software && !allowSoftware) {
    throw missingCard(
      `the only one is ${adapter.description}, a card in software on the CPU`,
    );
  }
  const profile = await deviceProfile("webgpu");
  try {
    const memory = await CardMemory.open(
      profile.options.provider!,
      adapter,
    );
    return new RuntimeDevice(profile, adapter.description, memory);
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    throw missingCard(
      `the runtime cannot use ${adapter.description}: ${lastLineOf(error)}`,
    );
  }
}

async function openTensorFlow(
  { allowSoftware = false }: OpenOptions,
): Promise<Device> {
  const { version, gpu } = await loadTensorFlow();
  if (!gpu && !allowSoftware) {
    throw new InputError(
      `Cannot open device "tfjs-gpu": TensorFlow ${version} must see a GPU: it ` +
        `sees none; install tensorflow[and-cuda] and the driver of the card, ` +
        `put the folders nvidia/*/lib beside tensorflow into ` +
        `LD_LIBRARY_PATH, and run deno task setup tfjs-gpu again, or use ` +
        `device "cpu"`,
    );
  }
  return new EagerDevice(
    "tfjs-gpu",
    `TensorFlow ${version} on ${gpu ? "a GPU" : "the CPU"}`,
    TENSORFLOW,
    navigator.hardwareConcurrency,
    !gpu,
  );
}

function missingCard(found: string): InputError {
  return new InputError(
    `Cannot open device "webgpu": it needs a graphics card and its driver ` +
      `(Vulkan on Linux, Direct3D 12 on Windows, Metal on macOS): ${found}; ` +
      `install the driver of the card and, on Linux, the Vulkan loader ` +
      `(libvulkan1), or use device "cpu"`,
  );
}

async function openCuda(): Promise<Device> {
  const profile = await deviceProfile("cuda");
  try {
    const memory = await CardMemory.open(profile.options.provider!);
    return new RuntimeDevice(profile, "NVIDIA card 0", memory);
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    throw new InputError(
      `Cannot open device "cuda": it needs Linux on x64, an NVIDIA card of the Turing ` +
        `generation or later, its driver, CUDA with cuDNN 9, and the ` +
        `runtime's CUDA provider: ${lastLineOf(error)}; fetch the provider ` +
        `with ONNXRUNTIME_NODE_INSTALL=cuda12 deno install ` +
        `--allow-scripts=npm:onnxruntime-node; Pascal cards (GTX 10xx) cannot ` +
        `use it: open device "webgpu" there`,
    );
  }
}

/** The message of a runtime error, after its place in the source. */
function lastLineOf(error: unknown): string {
  return messageOf(error).trim().split("\n").at(-1)!;
}
