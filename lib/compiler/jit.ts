import type * as tf from "@tensorflow/tfjs-core";
import {
  isNdArray,
  leavesOf,
  Lifetime,
  type MapLeaves,
  type NdArray,
  treeFrom,
} from "../core/mod.ts";
import {
  checkLength,
  checkResult,
  naming,
  namingIndex,
} from "./call_errors.ts";
import type {
  Definition,
  Device,
  DeviceTensor,
  Executable,
} from "./device/device.ts";
import type { OnDevice } from "./device/state.ts";
import type { Graph } from "./ir/graph.ts";
import { checkFits, namingShortage } from "./not_enough_memory.ts";
import { typeText } from "./ops/expect.ts";
import type { SessionOptions } from "./session/create_session.ts";

/** Arrays in place of tensors. */
export type ArraysOf<O> = MapLeaves<O, tf.Tensor, NdArray>;

/** A function over tensors: state that stays on the device, inputs of each call. */
export type StatefulFunction<S, T, O> = (state: S, inputs: T) => {
  /** The next state; leaves left out stay as they are. */
  readonly state?: unknown;
  readonly outputs: O;
};

/** How to compile. */
export interface JitOptions {
  readonly device: Device;
  /** For messages and files. */
  readonly name: string;
  /** Options of the runtime's session, or how they follow from the graph. */
  readonly session?: SessionOptions | ((graph: Graph) => SessionOptions);
  /**
   * Splits the function into parts that run one after another, from the paths of
   * the state that each part but the last replaces; see {@link RunOptions}.
   */
  readonly parts?:
    | ((graph: Graph) => readonly (readonly string[])[])
    | undefined;
}

/** How to run once. */
export interface RunOptions {
  /**
   * Refuses the run if aborted before it begins. A running step is finished, so
   * that the state is always that of a whole step.
   */
  readonly signal?: AbortSignal;
  /**
   * Called after each of several parts with the paths of the state that have
   * their next values: they may be read while the rest runs.
   */
  readonly onChanged?: (paths: readonly string[]) => void;
}

/** A compiled function. */
export interface Compiled<I, O> {
  /**
   * Runs once, then replaces the state on the device. The thread stays free
   * meanwhile for timers, progress and a notebook's messages.
   *
   * @throws {TypeError} with the first input that is not an array, or if the
   *   function gives no tensors
   * @throws {RangeError} if an index of a gather or scatter is outside of its axis
   * @throws {NotEnoughMemoryError} if there is too little memory
   * @throws {DisposedError} if the function, its state or its device was disposed of
   * @throws the signal's reason, if it was aborted before
   */
  run(inputs: I, options?: RunOptions): Promise<ArraysOf<O>>;
  /**
   * Traces and compiles for inputs of these types, ahead of the first run.
   *
   * @throws {NotEnoughMemoryError} if there is too little memory
   */
  prepare(inputs: I): Graph;
  /** Frees the function, at the end of a run that goes on. */
  [Symbol.dispose](): void;
}

/**
 * Compiles a function whose state stays on the device between calls.
 *
 * The function is traced at the first call and again for inputs of other types.
 * State is replaced in place where that is safe, and alternates between two
 * buffers elsewhere; nothing is copied.
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
  fn: StatefulFunction<MapLeaves<S, DeviceTensor, tf.Tensor>, T, O>,
  state: S,
  options: JitOptions,
): Compiled<ArraysOf<T>, O>;
/**
 * The same where the state is generic: `X` is the tree of arrays that it was
 * uploaded from and must be named, for it cannot be inferred.
 */
export function jitWithState<X, T, O>(
  fn: StatefulFunction<MapLeaves<X, NdArray, tf.Tensor>, T, O>,
  state: OnDevice<X>,
  options: JitOptions,
): Compiled<ArraysOf<T>, O>;
export function jitWithState<S, T, O>(
  fn: StatefulFunction<S, T, O>,
  state: unknown,
  options: JitOptions,
): Compiled<ArraysOf<T>, O> {
  const { device, name, session, parts } = options;
  const lifetime = new Lifetime(`function "${name}"`);
  const programs = new Map<string, Executable>();
  const definitionFor = (inputs: ArraysOf<T>): Definition => ({
    name,
    state,
    inputs,
    session,
    parts,
    fn: (state, inputs) => checkResult(name, fn(state as S, inputs as T)),
  });
  const programFor = (
    inputs: ArraysOf<T>,
  ): [Executable, [string, NdArray][]] => {
    const given = leavesOf(inputs, isNdArray);
    for (const [path, array] of given) checkLength(name, path, array);
    const key = given.map(([path, array]) => `${path}:${typeText(array)}`)
      .join();
    let program = programs.get(key);
    if (!program) {
      program = naming(
        name,
        given,
        () => device.load(definitionFor(inputs)),
      );
      disposeUnlessFits(name, device, program);
      programs.set(key, program);
    }
    return [program, given];
  };
  return {
    async run(inputs, { signal, onChanged } = {}) {
      using _use = lifetime.use();
      signal?.throwIfAborted();
      let program: Executable | undefined;
      const outputs = await namingShortage(
        name,
        device,
        () => program?.graph,
        () => {
          const [found, given] = programFor(inputs);
          program = found;
          return namingIndex(name, () => found.run(given, onChanged));
        },
      );
      return treeFrom(outputs) as ArraysOf<O>;
    },
    prepare(inputs) {
      lifetime.check();
      return programFor(inputs)[0].graph;
    },
    [Symbol.dispose]() {
      lifetime.end(() => {
        for (const program of programs.values()) program[Symbol.dispose]();
        programs.clear();
      });
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

function disposeUnlessFits(
  name: string,
  device: Device,
  program: Executable,
): void {
  try {
    checkFits(name, device, () => program.graph);
  } catch (error) {
    program[Symbol.dispose]();
    throw error;
  }
}
