import {
  leavesOf,
  Lifetime,
  mapTree,
  type NdArray,
  zeros,
} from "../../core/mod.ts";
import type { Graph, Node, TensorType } from "../ir/graph.ts";
import { sameType, typeText } from "../ops/expect.ts";
import { safeInPlace } from "../passes/in_place.ts";
import {
  joinArrays,
  type JoinedGraph,
  joinTransfers,
  splitArrays,
} from "../passes/joined_transfers.ts";
import { CUT, splitGraph } from "../passes/parts.ts";
import { optimise, type Pass } from "../passes/pipeline.ts";
import { HostValue, type RuntimeValue } from "../session/host_value.ts";
import type { SessionOptions } from "../session/create_session.ts";
import type { Target } from "../trace/kernel_call.ts";
import { isTyped, trace, type Typed } from "../trace/trace.ts";
import {
  type Definition,
  type DeviceTensor,
  type Executable,
  isDeviceTensor,
  type NamedArray,
} from "./device.ts";
import type { Memory } from "./memory.ts";
import { ProgramPart } from "./program_part.ts";
import { RuntimeTensor } from "./runtime_tensor.ts";

/** A leaf of the state and how it gets its next value. */
interface StateSlot {
  readonly path: string;
  readonly name: string;
  readonly tensor: RuntimeTensor;
  readonly next:
    | {
      readonly name: string;
      readonly inPlace: boolean;
      /** The part after which no other reads the last value. */
      readonly part: number;
    }
    | undefined;
}

/** How the graphs of a device are made and run. */
export interface ProgramOptions extends SessionOptions {
  /** Passes that make a graph fit for the device. */
  readonly passes?: readonly Pass[];
  /** Capabilities of the device beyond those of all devices. */
  readonly target?: Target;
  /** Whether small inputs and outputs travel together. */
  readonly joinsTransfers?: boolean;
}

const STATE = "state/";
const NEXT = "next/";
const INPUT = "inputs/";
const OUTPUT = "outputs/";

/** Trees; one without leaves may be missing. */
interface Arguments {
  readonly state?: unknown;
  readonly inputs?: unknown;
}

/** Traces a function from the types of its state and inputs. */
export function traceDefinition(
  { fn, state, inputs }: Pick<Definition, "fn" | "state" | "inputs">,
  target?: Target,
): Graph {
  const isLeaf = (x: unknown): x is DeviceTensor | Typed =>
    isDeviceTensor(x) || isTyped(x);
  const types: Arguments = {
    state: mapTree(state, isLeaf, (x) => isDeviceTensor(x) ? x.type : x),
    inputs,
  };
  return trace(
    (args: Arguments) => {
      const result = fn(args.state ?? {}, args.inputs ?? {});
      return { next: result.state ?? {}, outputs: result.outputs };
    },
    types,
    target,
  );
}

/** A leaf of the state that changes. */
export interface ChangedState {
  readonly path: string;
  readonly input: Node;
  readonly output: Node;
  /** Whether the next value may be written over the last one. */
  readonly inPlace: boolean;
}

/** The leaves of the state that change in a graph. */
export function changedState(graph: Graph, inPlace: boolean): ChangedState[] {
  const inputs = new Map(graph.inputs.map(({ name, node }) => [name, node]));
  const pairs = graph.outputs.flatMap(({ name, node: output }) => {
    if (!name.startsWith(NEXT)) return [];
    const path = name.slice(NEXT.length);
    const input = inputs.get(STATE + path);
    return input && input !== output ? [{ path, input, output }] : [];
  });
  if (!inPlace) {
    // A value that nothing reads is only replaced.
    const read = new Set<Node>(graph.nodes.flatMap(({ inputs }) => inputs));
    for (const { node } of graph.outputs) read.add(node);
    return pairs.map((pair) => ({ ...pair, inPlace: !read.has(pair.input) }));
  }
  const safe = safeInPlace(graph, pairs);
  return pairs.map((pair, i) => ({ ...pair, inPlace: safe[i]! }));
}

/** The outputs of a graph that are no state, with their paths. */
export function outputsOf(
  graph: Graph,
): { path: string; name: string; type: TensorType }[] {
  return graph.outputs.filter(({ name }) => name.startsWith(OUTPUT))
    .map(({ name, node }) => ({
      path: name.slice(OUTPUT.length),
      name,
      type: node.type,
    }));
}

/**
 * A function that was traced once and runs in one session of the runtime, or in
 * one for each part.
 */
export class Program implements Executable {
  readonly graph: Graph;
  readonly #memory: Memory;
  readonly #slots: readonly StateSlot[];
  readonly #outputs: ReturnType<typeof outputsOf>;
  readonly #joined: Pick<JoinedGraph, "inputs" | "outputs">;
  readonly #parts: readonly ProgramPart[];
  /** Values between parts, from the first run on. */
  readonly #cuts = new Map<string, RuntimeValue>();
  readonly #lifetime: Lifetime;
  readonly #device: Lifetime;
  #running = false;

  /** @param device Lifetime of the device, with which the program ends. */
  constructor(
    definition: Definition,
    memory: Memory,
    device: Lifetime,
    { passes, target, joinsTransfers = false, ...options }: ProgramOptions,
  ) {
    const { name, state, session, parts } = definition;
    this.#memory = memory;
    this.#device = device;
    this.#lifetime = new Lifetime(`function "${name}"`);
    const tensors = leavesOf(state, isDeviceTensor);
    const traced = traceDefinition(definition, target);
    checkNextState(traced, tensors, name);
    const optimised = optimise(traced, passes);
    this.#outputs = outputsOf(optimised);
    const { graph, ...joined } = joinTransfers(
      optimised,
      (name) =>
        joinsTransfers && (name.startsWith(INPUT) || name.startsWith(OUTPUT)),
    );
    this.graph = graph;
    this.#joined = joined;
    const own = typeof session === "function" ? session(this.graph) : session;
    const settings = {
      ...options,
      ...own,
      config: { ...options.config, ...own?.config },
    };
    const groups =
      parts?.(this.graph).map((paths) => paths.map((path) => NEXT + path)) ??
        [];
    const graphs = groups.length === 0
      ? [this.graph]
      : splitGraph(this.graph, groups);
    this.#parts = graphs.map((graph) => new ProgramPart(graph, name, settings));
    this.#slots = this.#slotsOf(tensors, name);
    // Ahead of the first run, unless that would delay other work.
    if (memory.turns.idle) { for (const part of this.#parts) part.open(); }
  }

  async run(
    inputs: readonly NamedArray[],
    onChanged?: (paths: readonly string[]) => void,
  ): Promise<NamedArray[]> {
    if (this.#running) {
      throw new Error(
        "Cannot run a session twice at once: await the first run",
      );
    }
    using uses = new DisposableStack();
    uses.use(this.#device.use());
    uses.use(this.#lifetime.use());
    for (const { tensor } of this.#slots) uses.use(tensor.use());
    this.#running = true;
    try {
      return await this.#run(inputs, onChanged);
    } finally {
      this.#running = false;
    }
  }

  [Symbol.dispose](): void {
    this.#lifetime.end(() =>
      this.#memory.turns.soon(() => {
        for (const part of this.#parts) part[Symbol.dispose]();
        for (const value of this.#cuts.values()) value[Symbol.dispose]();
        this.#cuts.clear();
      })
    );
  }

  /** Ends profiling, if the session was opened for it; returns the path of the profile. */
  endProfiling(): string | undefined {
    return this.#parts[0]!.endProfiling();
  }

  async #run(
    inputs: readonly NamedArray[],
    onChanged?: (paths: readonly string[]) => void,
  ): Promise<NamedArray[]> {
    using held = new DisposableStack();
    const arrays = new Map(
      inputs.map(([path, array]) => [INPUT + path, array] as const),
    );
    const made = new Map(
      this.graph.outputs.filter(({ name }) => !name.startsWith(NEXT))
        .map(({ name, node: { type } }) =>
          [name, zeros(type.shape, type.dtype)] as const
        ),
    );
    const valuesOf = (arrays: ReadonlyMap<string, NdArray>) =>
      [...arrays].map(([name, array]) =>
        [name, held.use(new HostValue(array))] as const
      );
    const given = valuesOf(joinArrays(arrays, this.#joined.inputs));
    const results = valuesOf(made);
    for (const [index, part] of this.#parts.entries()) {
      // A turn for each part: what is ready can be read while the next one runs.
      await this.#memory.turns.take(async () => {
        const bound = new Map<string, RuntimeValue>(given);
        const written = new Map<string, RuntimeValue>(results);
        for (const { name, tensor, next } of this.#slots) {
          bound.set(name, tensor.bound);
          if (!next || !part.outputs.has(next.name)) continue;
          written.set(next.name, next.inPlace ? tensor.bound : tensor.spare);
        }
        for (const [name, value] of this.#cutsOf(part)) {
          bound.set(name, value);
          written.set(name, value);
        }
        await part.run(bound, written);
        for (const { tensor, next } of this.#slots) {
          if (next?.part === index && !next.inPlace) tensor.swap();
        }
      });
      if (this.#parts.length === 1) continue;
      onChanged?.(
        this.#slots.filter(({ next }) => next?.part === index)
          .map(({ path }) => path),
      );
    }
    const outputs = splitArrays(made, this.#joined.outputs);
    return this.#outputs.map(({ path, name }) => [path, outputs.get(name)!]);
  }

  /** Memory of the values that a part leaves or gets; within a turn. */
  #cutsOf({ graph }: ProgramPart): ReadonlyMap<string, RuntimeValue> {
    for (const { name, node } of graph.outputs) {
      if (!name.startsWith(CUT) || this.#cuts.has(name)) continue;
      this.#cuts.set(name, this.#memory.allocate(node.type));
    }
    return this.#cuts;
  }

  #slotsOf(
    tensors: readonly [string, DeviceTensor][],
    name: string,
  ): StateSlot[] {
    const inPlace = new Map(
      changedState(this.graph, this.#memory.inPlace)
        .map(({ path, inPlace }) => [path, inPlace]),
    );
    const nextOf = (path: string): StateSlot["next"] => {
      if (!inPlace.has(path)) return undefined;
      const name = NEXT + path;
      const made = this.#parts.findIndex(({ outputs }) => outputs.has(name));
      const read = this.#parts.findLastIndex(({ inputs }) =>
        inputs.has(STATE + path)
      );
      return {
        name,
        inPlace: inPlace.get(path)! && read <= made,
        part: Math.max(made, read),
      };
    };
    return tensors.map(([path, tensor]) => {
      if (
        !(tensor instanceof RuntimeTensor) || tensor.memory !== this.#memory
      ) {
        throw new TypeError(
          `Cannot compile "${name}": the state must be on the function's ` +
            `device: "${path}" is on another; upload it there`,
        );
      }
      return { path, name: STATE + path, tensor, next: nextOf(path) };
    });
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
    checkNextLeaf(name, path, types.get(path), output.node.type);
  }
}

/** Throws unless a leaf of the next state has the type that it has in the state. */
export function checkNextLeaf(
  name: string,
  path: string,
  before: TensorType | undefined,
  after: TensorType,
): void {
  if (before && sameType(before, after)) return;
  throw new TypeError(
    `Cannot compile "${name}": the next state must have the form of the ` +
      `state: "${path}" is ${typeText(after)}, in the state it is ` +
      (before ? typeText(before) : "missing"),
  );
}
