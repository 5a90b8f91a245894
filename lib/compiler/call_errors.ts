import { leavesOf, type NdArray, sizeOf } from "../core/mod.ts";
import { typeText } from "./ops/expect.ts";
import { RuntimeError } from "./session/ort_api.ts";
import { UnsupportedOpError } from "./trace/kernel_call.ts";
import { isTensor } from "./trace/trace.ts";

/** The runtime gets an address without a length, and would read past the end. */
export function checkLength(name: string, path: string, array: NdArray): void {
  const { data, shape } = array;
  if (data.length === sizeOf(shape)) return;
  throw new TypeError(
    `Cannot run "${name}": input "${path}" must hold ${
      sizeOf(shape)
    } values, ` +
      `as its type ${typeText(array)} says: current count is ${data.length}`,
  );
}

/** Throws unless a function gave tensors: outputs, or a next state. */
export function checkResult<R extends { state?: unknown; outputs: unknown }>(
  name: string,
  result: R,
): R {
  const refused = (found: string): TypeError =>
    new TypeError(
      `Cannot compile "${name}": the function must return a tree of tensors, ` +
        `at once: ${found}`,
    );
  const outputs: unknown = result?.outputs;
  const promise = [result, outputs].find(isPromise);
  if (promise) {
    promise.then(undefined, () => {}); // nobody will await it
    throw refused("it returns a promise; make it synchronous");
  }
  if (outputs === null || typeof outputs !== "object") {
    throw refused(`its outputs are ${String(outputs)}`);
  }
  const count = leavesOf(outputs, isTensor).length +
    leavesOf(result.state ?? {}, isTensor).length;
  if (count === 0) throw refused("it returns none");
  return result;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then ===
    "function";
}

/** Messages of the runtime about an index outside of its axis. */
const INDEX_OUTSIDE = /indices element out of data bounds|invalid indice found/;

/** Runs work and says in plain words that an index was outside of its axis. */
export async function namingIndex<T>(
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const outside = error instanceof RuntimeError &&
      INDEX_OUTSIDE.test(error.message);
    if (!outside) throw error;
    throw new RangeError(
      `Cannot run "${name}": each index of a gather or scatter must be from 0 ` +
        "to the length of its axis, not included: one is outside",
      { cause: error },
    );
  }
}

/**
 * Traces and loads. Errors of TF.js and of the tracer name the operation and its
 * shapes; this adds the function and its inputs.
 */
export function naming<T>(
  name: string,
  inputs: readonly (readonly [string, NdArray])[],
  load: () => T,
): T {
  try {
    return load();
  } catch (error) {
    const refused = error instanceof UnsupportedOpError ||
      (error instanceof Error && error.name === "Error");
    if (refused) {
      const types = inputs.map(([path, x]) => `${path}: ${typeText(x)}`);
      error.message = `Cannot compile "${name}" for inputs ` +
        `(${types.join(", ")}): ${error.message}`;
    }
    throw error;
  }
}
