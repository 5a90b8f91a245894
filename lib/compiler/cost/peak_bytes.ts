import { BYTES_PER_ELEMENT, sizeOf } from "../../core/mod.ts";
import type { Graph, Node } from "../ir/graph.ts";
import { BINARY_OPS, type OpName, UNARY_OPS } from "../ir/op_attributes.ts";

/** Operations whose result is their input's memory in another shape. */
export const VIEWS: ReadonlySet<OpName> = new Set<OpName>(["Reshape"]);

/** Operations that may write over an input at its last use. */
export const IN_PLACE: ReadonlySet<OpName> = new Set<OpName>([
  ...UNARY_OPS,
  ...BINARY_OPS,
  "Softmax",
]);

/**
 * The most memory that a graph's intermediate values take at one time, in
 * bytes, when the runtime frees each as soon as its last reader is done.
 * Inputs and outputs live elsewhere and do not count.
 *
 * The order is the runtime's: depth first from the results without readers, the
 * last of them first.
 */
export function peakBytes(graph: Graph): number {
  const order = executionOrder(graph);
  const outputs = new Set<Node>(graph.outputs.map(({ node }) => node));
  const counts = (node: Node): boolean =>
    node.op !== "Input" && !VIEWS.has(node.op) && !outputs.has(node);
  const readers = new Map<Node, number>();
  for (const node of order) {
    for (const input of new Set(node.inputs.map(memoryOf))) {
      readers.set(input, (readers.get(input) ?? 0) + 1);
    }
  }
  let live = 0;
  let peak = 0;
  for (const node of order) {
    const sources = [...new Set(node.inputs.map(memoryOf))];
    const dying = sources.filter((source) =>
      readers.get(source) === 1 && counts(source)
    );
    const bytes = counts(node) ? bytesOf(node) : 0;
    const overwritten = IN_PLACE.has(node.op) &&
      dying.some((source) => bytesOf(source) === bytes);
    peak = Math.max(peak, live + (overwritten ? 0 : bytes));
    live += bytes;
    for (const source of sources) readers.set(source, readers.get(source)! - 1);
    for (const source of dying) live -= bytesOf(source);
  }
  return peak;
}

/** The node whose memory holds a value. */
function memoryOf(node: Node): Node {
  return VIEWS.has(node.op) ? memoryOf(node.inputs[0]!) : node;
}

function bytesOf({ type: { dtype, shape } }: Node): number {
  return sizeOf(shape) * BYTES_PER_ELEMENT[dtype];
}

/** The order in which the runtime walks a graph (docs/compiler.md). */
export function executionOrder(graph: Graph): Node[] {
  const read = new Set<Node>(graph.nodes.flatMap(({ inputs }) => inputs));
  const leaves = graph.nodes.filter((node) => !read.has(node));
  const order: Node[] = [];
  const entered = new Set<Node>();
  const stack: { node: Node; done: boolean }[] = leaves.map((node) => ({
    node,
    done: false,
  }));
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, done } = top;
    if (done) {
      order.push(node);
      continue;
    }
    if (entered.has(node)) continue;
    entered.add(node);
    stack.push({ node, done: true });
    for (const input of node.inputs.toSorted((a, b) => a.id - b.id)) {
      if (!entered.has(input)) stack.push({ node: input, done: false });
    }
  }
  return order;
}
