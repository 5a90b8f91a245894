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

/** A graph whose small inputs and outputs are joined. */
export interface JoinedGraph {
  readonly graph: Graph;
  readonly inputs: readonly JoinedTransfer[];
  readonly outputs: readonly JoinedTransfer[];
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
  const inputs = transfersOf(graph.inputs, "joined inputs", isJoined);
  const outputs = transfersOf(graph.outputs, "joined outputs", isJoined);
  if (inputs.length + outputs.length === 0) return { graph, inputs, outputs };
  const builder = new GraphBuilder();
  const places = new Map<string, { whole: Node; begin: number }>();
  for (const { name, size, parts } of inputs) {
    const whole = builder.input(name, "float32", [size]);
    for (const { name, begin } of parts) places.set(name, { whole, begin });
  }
  const copies = new Map<Node, Node>();
  for (const node of graph.nodes) {
    const place = node.op === "Input" && places.get(node.attributes.name);
    const { shape } = node.type;
    copies.set(
      node,
      place
        ? builder.reshape(
          builder.slice(place.whole, [place.begin], [sizeOf(shape)]),
          shape,
        )
        : builder.copy(node, node.inputs.map((input) => copies.get(input)!)),
    );
  }
  const flat = new Map(graph.outputs.map(({ name, node }) => [
    name,
    () => builder.reshape(copies.get(node)!, [sizeOf(node.type.shape)]),
  ]));
  const joinedNames = new Set(
    outputs.flatMap(({ parts }) => parts.map(({ name }) => name)),
  );
  return {
    graph: builder.graph([
      ...graph.outputs.filter(({ name }) => !joinedNames.has(name))
        .map(({ name, node }) => ({ name, node: copies.get(node)! })),
      ...outputs.map(({ name, parts }) => ({
        name,
        node: builder.concat(parts.map(({ name }) => flat.get(name)!()), 0),
      })),
    ]),
    inputs,
    outputs,
  };
}

/** Arrays by name, with one in the place of those that travel together. */
export function joinArrays(
  arrays: ReadonlyMap<string, NdArray>,
  transfers: readonly JoinedTransfer[],
): Map<string, NdArray> {
  const joined = new Map(arrays);
  for (const { name, size, parts } of transfers) {
    const whole = zeros([size]);
    for (const { name, begin } of parts) {
      whole.data.set(arrays.get(name)!.data, begin);
      joined.delete(name);
    }
    joined.set(name, whole);
  }
  return joined;
}

/** The opposite of {@link joinArrays}. */
export function splitArrays(
  arrays: ReadonlyMap<string, NdArray>,
  transfers: readonly JoinedTransfer[],
): Map<string, NdArray> {
  const parted = new Map(arrays);
  for (const { name, parts } of transfers) {
    const whole = arrays.get(name)!;
    parted.delete(name);
    for (const { name, type, begin } of parts) {
      const data = whole.data.slice(begin, begin + sizeOf(type.shape));
      parted.set(name, { ...type, data } as NdArray);
    }
  }
  return parted;
}

/** The small float32 values as one transfer; none where they are fewer than two. */
function transfersOf(
  values: readonly Named[],
  name: string,
  isJoined: (name: string) => boolean,
): JoinedTransfer[] {
  const small = values.filter(({ name, node: { type } }) =>
    isJoined(name) && type.dtype === "float32" &&
    sizeOf(type.shape) > 0 && sizeOf(type.shape) < SMALL
  );
  if (small.length < 2) return [];
  let size = 0;
  const parts = small.map(({ name, node: { type } }) => {
    const begin = size;
    size += sizeOf(type.shape);
    return { name, type, begin };
  });
  return [{ name, size, parts }];
}
