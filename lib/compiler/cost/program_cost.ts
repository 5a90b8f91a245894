import { BYTES_PER_ELEMENT, leavesOf, sizeOf } from "../../core/mod.ts";
import { decodeOnnx, encodeOnnx } from "../../formats/onnx/mod.ts";
import type { Device } from "../device/device.ts";
import { RuntimeDevice } from "../device/runtime_device.ts";
import type { Graph, TensorType } from "../ir/graph.ts";
import { emitOnnx } from "../onnx/emit.ts";
import { safeInPlace } from "../passes/in_place.ts";
import { optimise } from "../passes/pipeline.ts";
import { optimisedModel } from "../session/create_session.ts";
import { OrtApi } from "../session/ort_api.ts";
import { isTyped, trace } from "../trace/trace.ts";
import { arenaBytes } from "./arena_bytes.ts";
import { flopsOf } from "./flops.ts";
import { peakBytes } from "./peak_bytes.ts";

/** What a compiled function with state takes, told before it runs. */
export interface ProgramCost {
  /** Nodes of its graph. */
  readonly nodes: number;
  /** Floating-point operations of a run; see {@link flopsOf}. */
  readonly flops: number;
  /** Bytes of its state, as one copy. */
  readonly stateBytes: number;
  /** Bytes of the second copies of what cannot be replaced in place. */
  readonly spareBytes: number;
  /** Bytes of what it is given at each run and gives back. */
  readonly exchangedBytes: number;
  /**
   * Bytes for the values between its operations: on the CPU what the runtime's
   * arena takes, elsewhere what lives at once; see {@link peakBytes}.
   */
  readonly insideBytes: number;
}

/** A function as `jitWithState` takes it, of types instead of values. */
export interface ProgramTypes {
  readonly name: string;
  readonly fn: (
    state: never,
    inputs: never,
  ) => { readonly state?: unknown; readonly outputs: unknown };
  /** A tree of arrays or of their types. */
  readonly state: unknown;
  /** A tree of arrays or of their types. */
  readonly inputs: unknown;
}

/**
 * Traces a function with state from the types of its arguments alone, as the
 * device would, has the runtime optimise the graph, and tells what running it
 * takes. Neither state nor inputs need be there.
 *
 * @throws {UnsupportedOpError} at the first kernel without an exact form
 * @throws {TypeError} for a device that runs functions eagerly
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import { openDevice, programCost } from "lib/compiler/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const large = { dtype: "float32", shape: [1000, 1000] } as const;
 * const cost = programCost({
 *   name: "square",
 *   fn: ({ w }: { w: tf.Tensor }, { x }: { x: tf.Tensor }) => ({
 *     state: { w: tf.matMul(w, w) },
 *     outputs: { y: tf.sum(tf.matMul(x, w)) },
 *   }),
 *   state: { w: large },
 *   inputs: { x: large },
 * }, await openDevice("cpu"));
 * assert.equal(cost.flops, 4e9);
 * assert.equal(cost.stateBytes, 4e6);
 * assert.equal(cost.spareBytes, 4e6); // a product cannot overwrite its factor
 * assert.equal(cost.insideBytes, 4e6); // x w
 * ```
 */
export function programCost(
  { name, fn, state, inputs }: ProgramTypes,
  device: Device,
): ProgramCost {
  if (!(device instanceof RuntimeDevice)) {
    throw new TypeError(
      `Cannot tell what "${name}" takes on ${device.name}: the device must ` +
        `run graphs: it runs each operation at once`,
    );
  }
  const traced = trace(
    (args: { state?: unknown; inputs?: unknown }) => {
      const { state: next, outputs } = fn(
        (args.state ?? {}) as never,
        (args.inputs ?? {}) as never,
      );
      return { next: next ?? {}, outputs };
    },
    { state, inputs } as never,
    device.options.target,
  );
  const graph = optimise(traced, device.options.passes);
  const outputs = graph.outputs.filter(({ name }) =>
    name.startsWith("outputs/")
  );
  return {
    nodes: graph.nodes.length,
    flops: flopsOf(graph),
    stateBytes: sum(leavesOf(state, isTyped).map(([, type]) => type)),
    spareBytes: sum(copiesOf(graph, device.memory.inPlace)),
    exchangedBytes: sum([
      ...leavesOf(inputs, isTyped).map(([, type]) => type),
      ...outputs.map(({ node }) => node.type),
    ]),
    insideBytes: insideBytes(graph, name, device),
  };
}

/** The optimised graph is what the device itself will run, kept in its cache. */
function insideBytes(
  graph: Graph,
  name: string,
  { name: deviceName, options }: RuntimeDevice,
): number {
  if (deviceName !== "cpu" || !options.cache) return peakBytes(graph);
  const optimised = optimisedModel(
    OrtApi.open(),
    encodeOnnx(emitOnnx(graph, name)),
    options,
  );
  return optimised
    ? arenaBytes(decodeOnnx(optimised), graph)
    : peakBytes(graph);
}

/** The leaves of the state that need a second copy. */
function copiesOf(graph: Graph, inPlace: boolean): TensorType[] {
  const inputs = new Map(graph.inputs.map(({ name, node }) => [name, node]));
  const pairs = graph.outputs.flatMap(({ name, node }) => {
    const input = name.startsWith("next/")
      ? inputs.get(`state/${name.slice("next/".length)}`)
      : undefined;
    return input && input !== node ? [{ input, output: node }] : [];
  });
  const safe = inPlace ? safeInPlace(graph, pairs) : [];
  return pairs.filter((_, i) => !safe[i]).map(({ input }) => input.type);
}

function sum(types: readonly TensorType[]): number {
  return types.reduce(
    (bytes, { dtype, shape }) =>
      bytes + sizeOf(shape) * BYTES_PER_ELEMENT[dtype],
    0,
  );
}
