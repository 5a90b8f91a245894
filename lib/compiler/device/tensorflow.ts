import * as tf from "@tensorflow/tfjs-core";
import util from "node:util";
import { InputError, messageOf } from "../../core/mod.ts";

/** The name under which the binding registers itself with TF.js. */
export const TENSORFLOW = "tensorflow";

/** The fields used of the binding's backend. */
interface Binding {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

/** The TensorFlow that TF.js computes with. */
export interface TensorFlow {
  readonly version: string;
  readonly gpu: boolean;
}

/**
 * Loads the native binding of TensorFlow, which `deno task setup tfjs-gpu`
 * compiles, for eager TF.js code and `tf.setBackend("tensorflow")`. The current
 * backend stays.
 *
 * @throws {InputError} with the way to compile the binding, if it is missing
 */
export async function loadTensorFlow(): Promise<TensorFlow> {
  const previous = tf.engine().backendName;
  // Node.js had these until version 23; the binding still calls them.
  const legacy = util as unknown as Record<string, unknown>;
  legacy.isNullOrUndefined ??= (value: unknown) =>
    value === null || value === undefined;
  legacy.isArray ??= Array.isArray;
  // Print warnings of TensorFlow and worse, not its greetings.
  if (!Deno.env.has("TF_CPP_MIN_LOG_LEVEL")) {
    Deno.env.set("TF_CPP_MIN_LOG_LEVEL", "1");
  }
  try {
    await import("@tensorflow/tfjs-node-gpu");
  } catch (error) {
    throw new InputError(
      `Cannot open device "tfjs-gpu": the binding of TensorFlow must be ` +
        `compiled for this machine: ${firstSentenceOf(error)}; run ` +
        `deno task setup tfjs-gpu --tensorflow DIR, with the folder of a ` +
        `TensorFlow library, or use device "cpu"`,
    );
  }
  const { isUsingGpuDevice, binding } = tf.findBackend(
    TENSORFLOW,
  ) as unknown as Binding;
  if (previous) tf.setBackend(previous);
  return { version: binding.TF_Version, gpu: isUsingGpuDevice };
}

function firstSentenceOf(error: unknown): string {
  return messageOf(error).split(/\.? *\n/)[0]!;
}
