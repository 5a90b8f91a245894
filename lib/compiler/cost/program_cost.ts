import { BYTES_PER_ELEMENT, leavesOf, sizeOf } from "../../core/mod.ts";
import { decodeOnnx, encodeOnnx } from "../../formats/onnx/mod.ts";
import type { Definition, Device } from "../device/device.ts";
import { DeviceProfile } from "../device/profile.ts";
import { changedState, outputsOf, traceDefinition } from "../device/program.ts";
import { RuntimeDevice } from "../device/runtime_device.ts";
import type { Graph, TensorType } from "../ir/graph.ts";
import { emitOnnx } from "../onnx/emit.ts";
import { typeText } from "../ops/expect.ts";
import { optimise } from "../passes/pipeline.ts";
import { optimisedModel } from "../session/create_session.ts";
import { OrtApi } from "../session/ort_api.ts";
import { isTyped } from "../trace/trace.ts";
import { arenaBytes } from "./arena_bytes.ts";
import { flopsOf } from "./flops.ts";
import type { PooledBuffers } from "./buffer_pool.ts";
import { peakBytes } from "./peak_bytes.ts";
import { pooledBuffers } from "./pooled_buffers.ts";

/** The memory and the operations of a compiled function with state. */
export interface ProgramCost {
  /** Nodes of its graph. */
  readonly nodes: number;
  /** Floating-point operations of a run; see {@link flopsOf}. */
  readonly flops: number;
  /** Bytes of one copy of its state. */
  readonly stateBytes: number;
  /** Types of the second copies of state that cannot be replaced in place. */
  readonly spares: readonly TensorType[];
  /** Types of the inputs and outputs of a run. */
  readonly exchanged: readonly TensorType[];
  /**
   * Bytes of the values between its operations: on the CPU those of the
   * runtime's arena, elsewhere of the values alive at once; see
   * {@link peakBytes}.
   */
  readonly insideBytes: number;
  /** The same values on a card through WebGPU, whose buffers have fixed sizes. */
  readonly buffers?: PooledBuffers;
}

/**
 * Computes the cost of a function with state before it runs: traces it from the
 * types of its arguments, as the device would, and has the runtime optimise the
 * graph. Neither state nor inputs need exist.
 *
 * @param program `state` and `inputs` are trees of arrays or of their types.
 * @param device An open one, or the profile of one that need not be there.
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
 * assert.deepEqual(cost.spares, [large]); // a product cannot overwrite its factor
 * assert.equal(cost.insideBytes, 4e6); // x w
 * ```
 */
export function programCost(
  program: Pick<Definition, "name" | "fn" | "state" | "inputs">,
  device: Device | DeviceProfile,
): ProgramCost {
  const { name, state, inputs } = program;
  const profile = device instanceof RuntimeDevice ? device.profile : device;
  if (!(profile instanceof DeviceProfile)) {
    throw new TypeError(
      `Cannot compute the cost of "${name}" on ${device.name}: the device must ` +
        `run graphs: it runs each operation at once`,
    );
  }
  const { target, passes } = profile.options;
  const graph = optimise(traceDefinition(program, target), passes);
  const typesIn = (tree: unknown): TensorType[] =>
    leavesOf(tree, isTyped).map(([, type]) => type);
  return {
    nodes: graph.nodes.length,
    flops: flopsOf(graph),
    stateBytes: sum(typesIn(state)),
    spares: changedState(graph, profile.inPlace)
      .filter(({ inPlace }) => !inPlace).map(({ input }) => input.type),
    exchanged: [
      ...typesIn(inputs).map(({ dtype, shape }) => ({ dtype, shape })),
      ...outputsOf(graph).map(({ type }) => type),
    ],
    insideBytes: insideBytes(graph, name, profile),
    ...(profile.name === "webgpu" && { buffers: pooledBuffers(graph) }),
  };
}

/** The optimised graph is the one that the device will run, and stays in its cache. */
function insideBytes(
  graph: Graph,
  name: string,
  { name: deviceName, options }: DeviceProfile,
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

/**
 * Types of the second copies that programs need which run one after another: they
 * share those of one type.
 */
export function sharedSpares(programs: readonly ProgramCost[]): TensorType[] {
  const most = new Map<string, { readonly type: TensorType; count: number }>();
  for (const { spares } of programs) {
    for (const [key, types] of Map.groupBy(spares, typeText)) {
      const { count = 0 } = most.get(key) ?? {};
      if (types.length > count) {
        most.set(key, { type: types[0]!, count: types.length });
      }
    }
  }
  return [...most.values()]
    .flatMap(({ type, count }) => Array<TensorType>(count).fill(type));
}

function sum(types: readonly TensorType[]): number {
  return types.reduce(
    (bytes, { dtype, shape }) =>
      bytes + sizeOf(shape) * BYTES_PER_ELEMENT[dtype],
    0,
  );
}
