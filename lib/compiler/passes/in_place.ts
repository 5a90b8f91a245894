import { sameShape } from "../../core/mod.ts";
import type { Graph, Node } from "../ir/graph.ts";
import {
  BINARY_OPS,
  COMPARISON_OPS,
  LOGICAL_OPS,
  type OpName,
  UNARY_OPS,
} from "../ir/op_attributes.ts";

/** Operations whose element i depends on nothing but the elements i of their inputs. */
const ELEMENTWISE: ReadonlySet<OpName> = new Set<OpName>([
  ...UNARY_OPS,
  ...BINARY_OPS,
  ...COMPARISON_OPS,
  ...LOGICAL_OPS,
  "Cast",
  "IsInf",
  "IsNaN",
  "Not",
  "Where",
]);

/** Operations that the runtime may skip or fuse, so that their readers read their input. */
const VIEWS: ReadonlySet<OpName> = new Set<OpName>([
  "Cast",
  "Expand",
  "Pad",
  "Reshape",
  "Slice",
  "Transpose",
]);

/** An input and the output that replaces it after the run. */
export interface StatePair {
  readonly input: Node;
  readonly output: Node;
}

/**
 * Finds the outputs that may be written into the memory of their inputs.
 *
 * The runtime is unaware of the sharing, so it must be safe in every topological
 * order, and however the runtime fuses nodes:
 *
 * - all readers of the input are ancestors of the output, or the output itself;
 *   an input that is also an output is copied last;
 * - all operations between input and output keep each element in its place, or at
 *   least two do not. A matrix product and a sum become one call that reads the
 *   input while it writes the output; two matrix products never do. A
 *   concatenation is never fused: it has copied its inputs before any later
 *   operation writes.
 *
 * @returns for each pair whether it may share memory
 */
export function safeInPlace(
  graph: Graph,
  pairs: readonly StatePair[],
): boolean[] {
  const users = usersOf(graph);
  const readers = pairs.map(({ input }) => readersOf(input, users));
  const comesOut = new Set<Node>(graph.outputs.map(({ node }) => node));
  // One bit for each (pair, reader), carried along the edges of the graph.
  const bits = new Map<Node, number[]>();
  let count = 0;
  for (const list of readers) {
    for (const reader of list) {
      bits.set(reader, [...bits.get(reader) ?? [], count++]);
    }
  }
  const before = ancestorBits(graph, bits, count);
  let bit = 0;
  return pairs.map(({ input, output }, i) => {
    const first = bit;
    bit += readers[i]!.length;
    const set = before.get(output)!;
    return sameShape(input.type.shape, output.type.shape) &&
      !comesOut.has(input) &&
      readers[i]!.every((reader, k) =>
        reader === output || hasBit(set, first + k)
      ) &&
      !mayFuse(input, output);
  });
}

/** Whether one call of the runtime may read the input out of place and write the output. */
function mayFuse(input: Node, output: Node): boolean {
  const seen = new Map<Node, Set<number>>();
  // The operations on the way up: element-wise ones alone, one that moves or
  // combines elements, or one that may be fused with either.
  const [IN_PLACE, LOOSE, COMBINED] = [0, 1, 2];
  // No recursion: attention of a large batch is a chain of thousands of nodes.
  const ahead: [node: Node, passed: number][] = [[output, IN_PLACE]];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const [node, passed] = next;
    if (node === input) {
      if (passed !== IN_PLACE) return true;
      continue;
    }
    const states = seen.get(node) ?? new Set();
    if (states.has(passed)) continue;
    seen.set(node, states.add(passed));
    const combines = !ELEMENTWISE.has(node.op) && !VIEWS.has(node.op);
    if (combines && passed === COMBINED) continue;
    // It has copied the input before the output is written.
    if (node.op === "Concat" && node !== output) continue;
    for (const x of node.inputs) {
      const inPlace = passed === IN_PLACE && ELEMENTWISE.has(node.op) &&
        sameShape(x.type.shape, output.type.shape);
      const loose = combines || passed === COMBINED ? COMBINED : LOOSE;
      ahead.push([x, inPlace ? IN_PLACE : loose]);
    }
  }
  return false;
}

function usersOf(graph: Graph): Map<Node, Node[]> {
  const users = new Map<Node, Node[]>();
  for (const node of graph.nodes) {
    for (const input of new Set(node.inputs)) {
      const list = users.get(input);
      if (list) list.push(node);
      else users.set(input, [node]);
    }
  }
  return users;
}

/** All nodes that read the memory of a value, directly or through views. */
function readersOf(value: Node, users: Map<Node, Node[]>): Node[] {
  return (users.get(value) ?? []).flatMap((user) =>
    VIEWS.has(user.op) ? [user, ...readersOf(user, users)] : [user]
  );
}

/** The bits of the ancestors of each node. */
function ancestorBits(
  graph: Graph,
  bits: Map<Node, number[]>,
  count: number,
): Map<Node, Uint32Array> {
  const words = Math.ceil(count / 32);
  const before = new Map<Node, Uint32Array>();
  for (const node of graph.nodes) {
    const set = new Uint32Array(words);
    for (const input of node.inputs) {
      const inherited = before.get(input)!;
      for (let i = 0; i < words; i++) set[i]! |= inherited[i]!;
      for (const bit of bits.get(input) ?? []) {
        set[bit >> 5]! |= 1 << (bit & 31);
      }
    }
    before.set(node, set);
  }
  return before;
}

function hasBit(set: Uint32Array, bit: number): boolean {
  return (set[bit >> 5]! & (1 << (bit & 31))) !== 0;
}
