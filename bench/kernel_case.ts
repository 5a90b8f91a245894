import * as tf from "@tensorflow/tfjs-core";
import {
  type Compiled,
  type Device,
  disposeState,
  type JitOptions,
  jitWithState,
  readState,
  uploadState,
} from "lib/compiler/mod.ts";
import { mapTree, type NdArray, type Rng, zeros } from "lib/core/mod.ts";
import { isNdArray } from "lib/core/mod.ts";
import { checkElements } from "./check.ts";

/** Operations whose inputs and results stay on the device. */
export interface KernelCase {
  readonly name: string;
  readonly inputs: Readonly<Record<string, NdArray>>;
  readonly results: Readonly<Record<string, KernelResult>>;
  compute(inputs: Record<string, tf.Tensor>): Record<string, tf.Tensor>;
  /** Multiplications and additions. */
  readonly operations: number;
}

/** One result. */
export interface KernelResult {
  readonly shape: readonly number[];
  /** The element at an index, by plain loops. */
  readonly reference: (index: readonly number[]) => number;
}

/** A compiled case. */
export interface Kernel {
  readonly compileMs: number;
  run(): Promise<void>;
  read(): Promise<Record<string, NdArray>>;
  [Symbol.dispose](): void;
}

/**
 * Compiles a case. Results are written into memory allocated before, so that
 * page faults are not timed.
 */
export async function compileKernel(
  { name, inputs, results, compute }: KernelCase,
  device: Device,
  session: JitOptions["session"] = {},
): Promise<Kernel> {
  const places = mapResults(results, ({ shape }) => zeros(shape));
  const state = await uploadState(device, { inputs, results: places });
  const started = performance.now();
  const compiled = jitWithState(
    (state: { inputs: Record<string, tf.Tensor> }) => {
      const results = compute(state.inputs);
      // Reading one number of each result waits for the device.
      const first = Object.fromEntries(
        Object.entries(results).map(([name, x]) => [name, firstOf(x)]),
      );
      return { state: { results }, outputs: first };
    },
    state as never,
    { device, name, session },
  ) as unknown as Compiled<Record<never, never>, Record<string, tf.Tensor>>;
  await compiled.prepare({});
  const compileMs = performance.now() - started;
  return {
    compileMs,
    async run() {
      await compiled.run({});
    },
    async read() {
      return (await readState(state)).results as Record<string, NdArray>;
    },
    [Symbol.dispose]() {
      compiled[Symbol.dispose]();
      disposeState(state);
    },
  };
}

function firstOf(x: tf.Tensor): tf.Tensor {
  return tf.slice(x, x.shape.map(() => 0), x.shape.map(() => 1));
}

function mapResults<T>(
  results: KernelCase["results"],
  transform: (result: KernelResult) => T,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(results).map(([name, x]) => [name, transform(x)]),
  );
}

/**
 * Runs a kernel once and compares its results with plain loops.
 *
 * @param sample See {@link checkElements}.
 * @throws {WrongResultError} naming the result and the element
 */
export async function checkKernel(
  given: KernelCase,
  kernel: Kernel,
  sample?: { readonly count: number; readonly rng: Rng },
): Promise<void> {
  await kernel.run();
  const values = await kernel.read();
  for (const [name, { reference }] of Object.entries(given.results)) {
    checkElements(values[name]!, {
      name: `${given.name} (${name})`,
      reference,
      ...(sample && { sample }),
    });
  }
}

/** Sum of the mean squares of all results: the number that a twin returns. */
export function meanSquares(results: unknown): number {
  let sum = 0;
  mapTree(results, isNdArray, ({ data }) => {
    let squares = 0;
    for (const x of data) squares += x * x;
    sum += squares / data.length;
  });
  return sum;
}
