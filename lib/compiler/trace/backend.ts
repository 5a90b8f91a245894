import * as tf from "@tensorflow/tfjs-core";
import { type DType, shapeText, zeros } from "../../core/mod.ts";
import { GraphBuilder } from "../ir/builder.ts";
import type { Node, Values } from "../ir/graph.ts";
import { OpTypeError } from "../ops/expect.ts";
import {
  ANY_TARGET,
  type KernelCall,
  type Lowering,
  type Target,
  UnsupportedOpError,
} from "./kernel_call.ts";
import { LOWERINGS } from "./lower/table.ts";
import { UNLOWERED } from "./lower/unlowered.ts";

/** The name under which the tracing backend is registered with TF.js. */
const TRACING = "aiprod-trace";

/** Whether TF.js is recording a function rather than computing. */
export function isTracing(): boolean {
  return tf.engine().backendName === TRACING;
}

/**
 * A TF.js backend that computes nothing: a tensor's data is the node that
 * would compute it, and calling a kernel adds nodes to the graph being built.
 */
class TracingBackend extends tf.KernelBackend {
  /** The device that the graph being built is for. */
  target: Target = ANY_TARGET;
  readonly #nodes = new Map<tf.DataId, Node>();
  #builder: GraphBuilder | undefined;

  /** The graph being built; there is one exactly while a function is traced. */
  get builder(): GraphBuilder | undefined {
    return this.#builder;
  }

  set builder(builder: GraphBuilder | undefined) {
    this.#builder = builder;
    this.#nodes.clear();
  }

  /** Makes the record by which TF.js identifies a tensor. */
  hold(node: Node): tf.TensorInfo {
    const dataId = {};
    this.#nodes.set(dataId, node);
    return { dataId, shape: [...node.type.shape], dtype: node.type.dtype };
  }

  /**
   * The node of a tensor. A tensor made outside the trace becomes a constant; it
   * stays on its own backend, so that other traces and eager code can use it.
   */
  nodeOf({ dataId, shape, dtype }: tf.TensorInfo): Node {
    const known = this.#nodes.get(dataId);
    if (known) return known;
    const values = tf.engine().readSync(dataId);
    const node = this.#constant(values, shape, dtype);
    this.#nodes.set(dataId, node);
    return node;
  }

  tracing(): GraphBuilder {
    if (!this.#builder) throw endedTrace();
    return this.#builder;
  }

  override write(
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
  ): tf.DataId {
    return this.hold(this.#constant(values, shape, dtype)).dataId;
  }

  override readSync(dataId: tf.DataId): tf.backend_util.BackendValues {
    const node = this.#nodes.get(dataId);
    if (!node) throw endedTrace();
    const values = constantValues(node);
    if (values) return values;
    throw new Error(
      "Cannot read a tensor's values while tracing: they are not known until " +
        `the compiled function runs: current value is ${node.op} ` +
        `${node.type.dtype}${
          shapeText(node.type.shape)
        }; return it as an output instead`,
    );
  }

  override read(
    dataId: tf.DataId,
  ): Promise<tf.backend_util.BackendValues> {
    return Promise.resolve(this.readSync(dataId));
  }

  override disposeData(dataId: tf.DataId): boolean {
    this.#nodes.delete(dataId);
    return true;
  }

  override numDataIds(): number {
    return this.#nodes.size;
  }

  override refCount(): number {
    return 1;
  }

  override incRef(): void {}

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {}

  #constant(
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
  ): Node {
    if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") {
      throw new UnsupportedOpError(
        "constant",
        `dtype must be float32, int32 or bool: current value is "${dtype}"`,
      );
    }
    return this.tracing().constant(typed(values, dtype), dtype, shape);
  }
}

function endedTrace(): Error {
  return new Error("Cannot use a traced tensor after its trace has ended");
}

/** The values of a constant, or of one that was expanded from a single value. */
function constantValues(node: Node): Values | undefined {
  if (node.op === "Constant") return node.attributes.values;
  const source = node.op === "Expand" ? node.inputs[0]! : undefined;
  if (source?.op !== "Constant" || source.type.shape.length > 0) {
    return undefined;
  }
  const { data } = zeros(node.type.shape, node.type.dtype);
  return data.fill(source.attributes.values[0]!);
}

function typed(values: tf.backend_util.BackendValues, dtype: DType): Values {
  const numbers = values as ArrayLike<number>;
  switch (dtype) {
    case "float32":
      return Float32Array.from(numbers);
    case "int32":
      return Int32Array.from(numbers);
    case "bool":
      return Uint8Array.from(numbers);
  }
}

let registered: TracingBackend | undefined;

/** The backend, made on first use, when its kernels are registered with TF.js. */
function backend(): TracingBackend {
  if (registered) return registered;
  const made = new TracingBackend();
  const kernels = Object.values(tf).filter((name) =>
    typeof name === "string" && /^_?[A-Z]\w+$/.test(name)
  ) as string[];
  for (const kernelName of new Set([...kernels, ...Object.keys(LOWERINGS)])) {
    tf.registerKernel({
      kernelName,
      backendName: TRACING,
      kernelFunc: ({ inputs, attrs }) =>
        callKernel(made, kernelName, inputs, attrs),
    });
  }
  registered = made;
  return made;
}

function callKernel(
  backend: TracingBackend,
  kernel: string,
  inputs: tf.NamedTensorInfoMap,
  attributes: tf.NamedAttrMap | undefined,
): tf.TensorInfo | tf.TensorInfo[] {
  const lowering = LOWERINGS[kernel];
  if (!lowering) {
    const why = UNLOWERED[kernel] ?? "the compiler has no rule for it";
    throw new UnsupportedOpError(kernel, why);
  }
  const given = Object.entries(inputs).filter(([, info]) =>
    info !== undefined && info !== null
  );
  const results = lower(lowering, {
    kernel,
    builder: backend.tracing(),
    target: backend.target,
    inputs: given.map(([, info]) => backend.nodeOf(info!)),
    input(name) {
      const info = inputs[name];
      if (!info) throw new Error(`Kernel ${kernel} has no input "${name}"`);
      return backend.nodeOf(info);
    },
    has: (name) => inputs[name] !== undefined && inputs[name] !== null,
    attributes: attributes ?? {},
  });
  return Array.isArray(results)
    ? results.map((node) => backend.hold(node))
    : backend.hold(results as Node);
}

/** Reports inputs that a kernel accepts and the operation does not. */
function lower(lowering: Lowering, call: KernelCall): Node | readonly Node[] {
  try {
    return lowering(call);
  } catch (error) {
    if (!(error instanceof OpTypeError)) throw error;
    throw new UnsupportedOpError(call.kernel, error.message);
  }
}

/** The tools of a function that records a graph. */
export interface TraceScope {
  readonly builder: GraphBuilder;
  /** The tensor of a node. */
  tensorOf(node: Node): tf.Tensor;
  /** The node that computes a tensor. */
  nodeOf(tensor: tf.Tensor): Node;
}

/** Runs a function with TF.js recording instead of computing, then restores its backend. */
export function withTracing<T>(
  record: (scope: TraceScope) => T,
  target: Target = ANY_TARGET,
): T {
  const tracer = backend();
  if (tracer.builder) {
    throw new Error("Cannot trace inside a trace: call the plain function");
  }
  const engine = tf.engine();
  const previous = engine.backendName;
  const builder = new GraphBuilder();
  tracer.builder = builder;
  tracer.target = target;
  // Registered only meanwhile, so that TF.js never chooses it for computing.
  tf.registerBackend(TRACING, () => tracer, 0);
  try {
    // With a synchronous factory this takes effect at once.
    void tf.setBackend(TRACING);
    // Not returned through `tidy`, which searches its result for tensors,
    // however deep.
    let result: T;
    tf.tidy(() => {
      result = record({
        builder,
        tensorOf: (node) =>
          engine.makeTensorFromTensorInfo(tracer.hold(node), tracer),
        nodeOf: (tensor) => tracer.nodeOf(tensor),
      });
    });
    return result!;
  } finally {
    tracer.builder = undefined;
    if (previous) void tf.setBackend(previous);
    tf.removeBackend(TRACING);
  }
}
