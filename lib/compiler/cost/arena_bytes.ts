import { BYTES_PER_ELEMENT, type DType, sizeOf } from "../../core/mod.ts";
import type { DecodedGraph, DecodedNode } from "../../formats/onnx/mod.ts";
import type { Graph } from "../ir/graph.ts";
import { BINARY_OPS, UNARY_OPS } from "../ir/op_attributes.ts";
import { Arena } from "./_arena.ts";
import { TypesInside, type ValueType } from "./_types_inside.ts";

/** Operators whose result is their first input's memory in another shape. */
const VIEWS: ReadonlySet<string> = new Set([
  "Identity",
  "Reshape",
  "Squeeze",
  "Unsqueeze",
]);

/** Operators that may write over an input, and the places of such inputs. */
const OVERWRITING: ReadonlyMap<string, readonly number[]> = new Map<
  string,
  readonly number[]
>([
  ...BINARY_OPS.filter((op) => !["Max", "Min", "Mod", "Pow"].includes(op))
    .map((op) => [op, [0, 1]] as const),
  ...UNARY_OPS.map((op) => [op, [0]] as const),
  ["Softmax", [0]],
  // A blocked convolution adds to its fourth input in place.
  ["Conv", [3]],
]);

/** Memory of one value after another. */
interface Buffer {
  readonly bytes: number;
  /** Element type and shape: only values of the same kind reuse it. */
  readonly kind: string;
  /** Reads still to come of its value. */
  reads: number;
  /** Steps of its lifetime. */
  readonly from: number;
  to: number;
}

/**
 * The memory of the runtime's CPU provider for the values between the nodes of a
 * graph, in bytes. It is more than the values alive at once:
 *
 * - the runtime plans ahead: the memory of a value is reserved for a later value of
 *   exactly the same type, if there is one, however long that takes;
 * - its arena rounds sizes up, leaves gaps and returns nothing to the system.
 *
 * @param optimised The graph as the runtime optimised it, nodes in the order in
 *   which they run.
 * @param graph The original graph, for the types of the values inside.
 */
export function arenaBytes(optimised: DecodedGraph, graph: Graph): number {
  const buffers = planBuffers(optimised, new TypesInside(optimised, graph));
  const beginning = Map.groupBy(buffers, ({ from }) => from);
  const ending = Map.groupBy(buffers, ({ to }) => to);
  const arena = new Arena();
  const held = new Map<Buffer, ReturnType<Arena["allocate"]>>();
  for (let step = 0; step < optimised.nodes.length; step++) {
    for (const buffer of beginning.get(step) ?? []) {
      held.set(buffer, arena.allocate(buffer.bytes));
    }
    for (const buffer of ending.get(step) ?? []) {
      arena.free(held.get(buffer)!);
    }
  }
  return arena.touchedBytes;
}

/** The lifetimes of buffers, as the runtime plans them. */
function planBuffers(
  { nodes, outputs }: DecodedGraph,
  types: TypesInside,
): Buffer[] {
  const bound = new Set(outputs);
  const reads = new Map<string, number>();
  for (const name of nodes.flatMap(({ inputs }) => inputs)) {
    reads.set(name, (reads.get(name) ?? 0) + 1);
  }
  const all: Buffer[] = [];
  const bufferOf = new Map<string, Buffer>();
  /** Free buffers, the latest last. */
  const free: Buffer[] = [];
  const put = (name: string, buffer: Buffer): void => {
    bufferOf.set(name, buffer);
    buffer.reads += reads.get(name) ?? 0;
  };
  const overwritten = (node: DecodedNode, kind: string): Buffer | undefined =>
    OVERWRITING.get(node.operator)
      ?.map((place) => bufferOf.get(node.inputs[place] ?? ""))
      .find((buffer) => buffer?.kind === kind && buffer.reads === 1);
  for (const [step, node] of nodes.entries()) {
    for (const name of node.outputs) {
      // Outputs are written to their bound memory.
      if (name === "" || bound.has(name)) continue;
      const seen = VIEWS.has(node.operator)
        ? bufferOf.get(node.inputs[0]!)
        : undefined;
      // A view of an input takes no memory.
      if (VIEWS.has(node.operator) && !seen) continue;
      const type = types.of(name, node);
      const kind = `${type.dtype} ${type.shape}`;
      const reused = seen ?? overwritten(node, kind) ?? takeOut(free, kind);
      const buffer = reused ??
        { bytes: bytesOf(type), kind, reads: 0, from: step, to: step };
      if (!reused) all.push(buffer);
      put(name, buffer);
      if (buffer.reads === 0) free.push(buffer);
    }
    for (const name of node.inputs) {
      const buffer = bufferOf.get(name);
      if (!buffer) continue;
      buffer.to = step;
      if (--buffer.reads === 0) free.push(buffer);
    }
  }
  return all;
}

/** Takes the last of a kind out of a list. */
function takeOut(free: Buffer[], kind: string): Buffer | undefined {
  const place = free.findLastIndex((buffer) => buffer.kind === kind);
  return place < 0 ? undefined : free.splice(place, 1)[0];
}

function bytesOf({ dtype, shape }: ValueType): number {
  return sizeOf(shape) *
    (dtype === "int64" ? 8 : BYTES_PER_ELEMENT[dtype as DType]);
}
