import type * as tf from "@tensorflow/tfjs-core";
import {
  isNdArray,
  leavesOf,
  type MapLeaves,
  type NdArray,
  treeFrom,
} from "../core/mod.ts";
import type { Device, Executable } from "./device/device.ts";
import type { DeviceTensor } from "./device/tensor.ts";
import type { Graph } from "./ir/graph.ts";
import { typeText } from "./ops/expect.ts";
import type { SessionOptions } from "./session/create_session.ts";

/** Tensors in the place of what lives on the device. */
type TensorsOfState<S> = MapLeaves<S, DeviceTensor, tf.Tensor>;
/** Arrays in the place of tensors. */
type ArraysOf<O> = MapLeaves<O, tf.Tensor, NdArray>;

/** A function over state that stays on the device and inputs given at each call. */
export type StatefulFunction<S, T, O> = (
  state: TensorsOfState<S>,
  inputs: T,
) => {
  /** What replaces the state; leaves left out stay as they are. */
  readonly state?: unknown;
  readonly outputs: O;
};

/** How to compile. */
export interface JitOptions {
  readonly device: Device;
  /** Name of the function, for messages and files. */
  readonly name: string;
  /** Options of the runtime's session, for measurements. */
  readonly session?: SessionOptions;
}

/** A compiled function. */
export interface Compiled<I, O> {
  /**
   * Runs once. The state on the device is replaced when it is done.
   *
   * @throws {TypeError} naming the first input that is not an array
   */
  run(inputs: I): Promise<ArraysOf<O>>;
  /** Traces and prepares for inputs of these types, ahead of the first run. */
  prepare(inputs: I): Graph;
  [Symbol.dispose](): void;
}

/**
 * Compiles a function whose state stays on the device between calls.
 *
 * The function is traced at the first call and again whenever the types of
 * the inputs change. State is replaced in place where that is safe and
 * alternates between two buffers where it is not; nothing is copied.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { jitWithState, openDevice, readState, uploadState } from "lib/compiler/mod.ts";
 * import { float32, scalar } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * using device = await openDevice("cpu");
 * const state = await uploadState(device, { total: scalar(0) });
 * using add = jitWithState(
 *   ({ total }, { x }: { x: tf.Tensor }) => {
 *     const next = tf.add(total, tf.sum(x));
 *     return { state: { total: next }, outputs: { next } };
 *   },
 *   state,
 *   { device, name: "add" },
 * );
 * await add.run({ x: float32([2], [1, 2]) });
 * const { next } = await add.run({ x: float32([2], [3, 4]) });
 * assert.equal(next.data[0], 10);
 * assert.equal((await readState(state)).total.data[0], 10);
 * ```
 */
export function jitWithState<S, T, O>(
  fn: StatefulFunction<S, T, O>,
  state: S,
  options: JitOptions,
): Compiled<ArraysOf<T>, O> {
  const programs = new Map<string, Executable>();
  const programFor = (
    inputs: ArraysOf<T>,
  ): [Executable, [string, NdArray][]] => {
    const given = leavesOf(inputs, isNdArray);
    const key = given.map(([path, array]) => `${path}:${typeText(array)}`)
      .join();
    let program = programs.get(key);
    if (!program) {
      program = options.device.load({
        name: options.name,
        fn: (args) => {
          const { state, outputs } = fn(
            (args.state ?? {}) as TensorsOfState<S>,
            (args.inputs ?? {}) as T,
          );
          return { next: state ?? {}, outputs };
        },
        state,
        inputs,
        session: options.session,
      });
      programs.set(key, program);
    }
    return [program, given];
  };
  return {
    async run(inputs) {
      const [program, given] = programFor(inputs);
      return treeFrom(await program.run(given)) as ArraysOf<O>;
    },
    prepare: (inputs) => programFor(inputs)[0].graph,
    [Symbol.dispose]() {
      for (const program of programs.values()) program[Symbol.dispose]();
      programs.clear();
    },
  };
}

/**
 * Compiles a pure function, like `jax.jit`.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { jit, openDevice } from "lib/compiler/mod.ts";
 * import { float32, type NdArray } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * using square = jit(
 *   ({ x }: { x: tf.Tensor }) => ({ y: tf.square(x) }),
 *   { device: await openDevice("cpu"), name: "square" },
 * );
 * const { y } = await square.run({ x: float32([2], [2, 3]) });
 * assert.deepEqual([...y.data], [4, 9]);
 * ```
 */
export function jit<T, O>(
  fn: (inputs: T) => O,
  options: JitOptions,
): Compiled<ArraysOf<T>, O> {
  return jitWithState(
    (_state, inputs: T) => ({ outputs: fn(inputs) }),
    {},
    options,
  );
}
