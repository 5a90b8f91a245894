import type * as tf from "@tensorflow/tfjs-core";
import {
  isNdArray,
  leavesOf,
  type MapLeaves,
  mapTree,
  type NdArray,
  sameShape,
  treeFrom,
  zeros,
} from "../core/mod.ts";
import { encodeOnnx } from "../formats/onnx/mod.ts";
import { type Device, type DeviceTensor, isDeviceTensor } from "./device.ts";
import type { Graph, TensorType } from "./ir/graph.ts";
import { emitOnnx } from "./onnx/emit.ts";
import { typeText } from "./ops/expect.ts";
import { safeInPlace } from "./passes/in_place.ts";
import { optimise } from "./passes/pipeline.ts";
import {
  BoundTensor,
  Session,
  type SessionOptions,
} from "./session/session.ts";
import { trace } from "./trace/trace.ts";

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
 * const device = openDevice("cpu");
 * const state = uploadState(device, { total: scalar(0) });
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
 * assert.equal(readState(state).total.data[0], 10);
 * ```
 */
export function jitWithState<S, T, O>(
  fn: StatefulFunction<S, T, O>,
  state: S,
  options: JitOptions,
): Compiled<ArraysOf<T>, O> {
  const programs = new Map<string, Program<O>>();
  const programFor = (
    inputs: ArraysOf<T>,
  ): [Program<O>, [string, NdArray][]] => {
    const given = leavesOf(inputs, isNdArray);
    const key = given.map(([path, array]) => `${path}:${typeText(array)}`)
      .join();
    let program = programs.get(key);
    if (!program) {
      program = new Program(fn, state, inputs, options);
      programs.set(key, program);
    }
    return [program, given];
  };
  return {
    async run(inputs) {
      const [program, given] = programFor(inputs);
      return await program.run(given);
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
 *   { device: openDevice("cpu"), name: "square" },
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

/** What comes out of a run: where it lies in the tree, and its type. */
interface Output {
  readonly path: string;
  readonly name: string;
  readonly type: TensorType;
}

/** A leaf of the state and how it gets its next value. */
interface StateSlot {
  readonly name: string;
  readonly tensor: DeviceTensor;
  readonly next:
    | { readonly name: string; readonly inPlace: boolean }
    | undefined;
}

const STATE = "state/";
const NEXT = "next/";
const INPUT = "inputs/";
const OUTPUT = "outputs/";

/** One trace of a function, ready to run for one set of input types. */
class Program<O> {
  readonly graph: Graph;
  readonly #session: Session;
  readonly #slots: readonly StateSlot[];
  readonly #outputs: readonly Output[];

  constructor(
    fn: StatefulFunction<never, never, O>,
    state: unknown,
    inputs: unknown,
    { device, name, session }: JitOptions,
  ) {
    const tensors = leavesOf(state, isDeviceTensor);
    const traced = trace((args: { state?: never; inputs?: never }) => {
      const result = fn(
        args.state ?? ({} as never),
        args.inputs ?? ({} as never),
      );
      return { next: result.state ?? {}, outputs: result.outputs };
    }, {
      state: mapTree(state, isDeviceTensor, ({ type }) => type),
      inputs,
    } as never);
    checkNextState(traced, tensors, name);
    this.graph = optimise(traced);
    this.#session = new Session(
      encodeOnnx(emitOnnx(this.graph, name)),
      { threads: device.threads, ...session },
    );
    this.#slots = this.#slotsOf(tensors);
    this.#outputs = this.graph.outputs
      .filter((output) => output.name.startsWith(OUTPUT))
      .map(({ name, node }) => ({
        path: name.slice(OUTPUT.length),
        name,
        type: node.type,
      }));
  }

  async run(inputs: readonly [string, NdArray][]): Promise<ArraysOf<O>> {
    const session = this.#session;
    for (const { name, tensor, next } of this.#slots) {
      session.bindInput(name, tensor.bound);
      if (next) {
        session.bindOutput(
          next.name,
          next.inPlace ? tensor.bound : tensor.spare,
        );
      }
    }
    using held = new DisposableStack();
    for (const [path, array] of inputs) {
      session.bindInput(INPUT + path, held.use(new BoundTensor(array)));
    }
    const results = this.#outputs.map(({ path, name, type }) => {
      const array = zeros(type.shape, type.dtype);
      session.bindOutput(name, held.use(new BoundTensor(array)));
      return [path, array] as const;
    });
    await session.run();
    for (const { tensor, next } of this.#slots) {
      if (next && !next.inPlace) tensor.swap();
    }
    return treeFrom(results) as ArraysOf<O>;
  }

  [Symbol.dispose](): void {
    this.#session[Symbol.dispose]();
  }

  #slotsOf(tensors: readonly [string, DeviceTensor][]): StateSlot[] {
    const inputs = new Map(this.graph.inputs.map((x) => [x.name, x.node]));
    const outputs = new Map(this.graph.outputs.map((x) => [x.name, x.node]));
    const pairs = tensors.flatMap(([path]) => {
      const input = inputs.get(STATE + path)!;
      const output = outputs.get(NEXT + path);
      return output && output !== input ? [{ input, output, path }] : [];
    });
    const safe = safeInPlace(this.graph, pairs);
    const inPlace = new Map(pairs.map(({ path }, i) => [path, safe[i]!]));
    return tensors.map(([path, tensor]) => ({
      name: STATE + path,
      tensor,
      next: inPlace.has(path)
        ? { name: NEXT + path, inPlace: inPlace.get(path)! }
        : undefined,
    }));
  }
}

/** Throws unless each leaf of the next state is a leaf of the state, of the same type. */
function checkNextState(
  graph: Graph,
  tensors: readonly [string, DeviceTensor][],
  name: string,
): void {
  const types = new Map(tensors.map(([path, { type }]) => [path, type]));
  for (const output of graph.outputs) {
    if (!output.name.startsWith(NEXT)) continue;
    const path = output.name.slice(NEXT.length);
    const before = types.get(path);
    const after = output.node.type;
    if (
      !before || before.dtype !== after.dtype ||
      !sameShape(before.shape, after.shape)
    ) {
      throw new TypeError(
        `Cannot compile "${name}": the next state must have the form of the ` +
          `state: "${path}" is ${typeText(after)}, in the state it is ` +
          (before ? typeText(before) : "missing"),
      );
    }
  }
}
