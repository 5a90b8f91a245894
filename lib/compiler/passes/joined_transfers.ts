import { type NdArray, sizeOf, zeros } from "../../core/mod.ts";
import { GraphBuilder } from "../ir/builder.ts";
import type { Graph, Named, Node, TensorType } from "../ir/graph.ts";

/** A value of fewer elements is small: 64 KB of float32. */
const SMALL = 16_384;

/** A small input or output, and its place in a joined one. */
export interface TransferPart {
  readonly name: string;
  readonly type: TensorType;
  readonly begin: number;
}

/** Small inputs, or outputs, as one float32 vector. */
export interface JoinedTransfer {
  readonly name: string;
  readonly size: number;
  readonly parts: readonly TransferPart[];
}

/** A graph whose small inputs and outputs are joined, where there are some. */
export interface JoinedGraph {
  readonly graph: Graph;
  readonly inputs?: JoinedTransfer | undefined;
  readonly outputs?: JoinedTransfer | undefined;
}

/**
 * Joins small float32 inputs, and outputs, into one vector each: a card copies
 * each value by itself, and waits for each copy that comes back. Whole numbers
 * stay as they are: the WebGPU provider cannot slice them.
 *
 * @param isJoined Whether the value of a name may be joined.
 */
export function joinTransfers(
  graph: Graph,
  isJoined: (name: string) => boolean,
): JoinedGraph {
  const inputs = transferOf(graph.inputs, "joined inputs", isJoined);
  const outputs = transferOf(graph.outputs, "joined outputs", isJoined);
  if (!inputs && !outputs) return { graph };
  const builder = new GraphBuilder();
  const copies = new Map<Node, Node>();
  if (inputs) {
    const whole = builder.input(inputs.name, "float32", [inputs.size]);
    const nodes = new Map(graph.inputs.map(({ name, node }) => [name, node]));
    for (const { name, type: { shape }, begin } of inputs.parts) {
      const part = builder.slice(whole, [begin], [sizeOf(shape)]);
      copies.set(nodes.get(name)!, builder.reshape(part, shape));
    }
  }
  for (const node of graph.nodes) {
    if (copies.has(node)) continue;
    const given = node.inputs.map((input) => copies.get(input)!);
    copies.set(node, builder.copy(node, given));
  }
  const named = graph.outputs.map(({ name, node }): Named => ({
    name,
    node: copies.get(node)!,
  }));
  if (!outputs) return { graph: builder.graph(named), inputs };
  const joined = new Set(outputs.parts.map(({ name }) => name));
  const flat = named.filter(({ name }) => joined.has(name))
    .map(({ node }) => builder.reshape(node, [sizeOf(node.type.shape)]));
  const rest = named.filter(({ name }) => !joined.has(name));
  const whole = { name: outputs.name, node: builder.concat(flat, 0) };
  return { graph: builder.graph([...rest, whole]), inputs, outputs };
}

/** Arrays by name, with one in the place of those that travel together. */
export function joinArrays(
  arrays: ReadonlyMap<string, NdArray>,
  transfer: JoinedTransfer | undefined,
): ReadonlyMap<string, NdArray> {
  if (!transfer) return arrays;
  const joined = new Map(arrays);
  const whole = zeros([transfer.size]);
  for (const { name, begin } of transfer.parts) {
    whole.data.set(arrays.get(name)!.data, begin);
    joined.delete(name);
  }
  return joined.set(transfer.name, whole);
}

/** The opposite of {@link joinArrays}. */
export function splitArrays(
  arrays: ReadonlyMap<string, NdArray>,
  transfer: JoinedTransfer | undefined,
): ReadonlyMap<string, NdArray> {
  if (!transfer) return arrays;
  const split = new Map(arrays);
  const { data } = arrays.get(transfer.name)!;
  split.delete(transfer.name);
  for (const { name, type, begin } of transfer.parts) {
    const own = data.slice(begin, begin + sizeOf(type.shape));
    split.set(name, { ...type, data: own } as NdArray);
  }
  return split;
}

/** The small float32 values as one transfer; none where they are fewer than two. */
function transferOf(
  values: readonly Named[],
  name: string,
  isJoined: (name: string) => boolean,
): JoinedTransfer | undefined {
  const small = values.filter(({ name, node: { type } }) =>
    isJoined(name) && type.dtype === "float32" &&
    sizeOf(type.shape) > 0 && sizeOf(type.shape) < SMALL
  );
  if (small.length < 2) return undefined;
  let size = 0;
  const parts = small.map(({ name, node: { type } }) => {
    const begin = size;
    size += sizeOf(type.shape);
    return { name, type, begin };
  });
  return { name, size, parts };
}
