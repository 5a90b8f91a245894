import { zeros } from "../../core/mod.ts";
import type {
  OnnxGraph,
  OnnxNode,
  OnnxTensor,
} from "../../formats/onnx/mod.ts";
import type { Graph, Node } from "../ir/graph.ts";
import { emitNode } from "../ops/table.ts";
import type { OnnxEmitter, OnnxInput } from "../ops/rule.ts";

/** Begins the names of values in between; no path of an input or output begins so. */
export const INSIDE = "/";

/**
 * Writes a graph as ONNX, node for node and in the same order.
 *
 * @param name The graph's name in the file.
 * @throws {TypeError} if an input and an output have one name
 */
export function emitOnnx(graph: Graph, name: string): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const names = new Map<Node, string>();
  for (const input of graph.inputs) names.set(input.node, input.name);
  // An output's name is that of its node, unless it is an input, a constant or
  // an output twice: those are copied under their own names at the end.
  const copies: { from: Node; to: string }[] = [];
  const inputNames = new Set(graph.inputs.map(({ name }) => name));
  for (const output of graph.outputs) {
    if (inputNames.has(output.name)) {
      throw new TypeError(
        `Cannot write "${name}" as ONNX: inputs and outputs must have ` +
          `different names: current name of both is "${output.name}"`,
      );
    }
    if (names.has(output.node) || output.node.op === "Constant") {
      copies.push({ from: output.node, to: output.name });
    } else {
      names.set(output.node, output.name);
    }
  }
  let temporaries = 0;
  const temporary = (): string => `${INSIDE}t${temporaries++}`;
  const nameOf = (x: OnnxInput): string =>
    typeof x === "string" ? x : names.get(x) ?? `${INSIDE}v${x.id}`;
  const store = (tensor: OnnxTensor): string => {
    initializers.set(tensor.name, tensor);
    return tensor.name;
  };
  const onnx: OnnxEmitter = {
    result(node, operator, inputs, attributes = {}) {
      const outputs = [nameOf(node as Node)];
      nodes.push({ operator, inputs: inputs.map(nameOf), outputs, attributes });
    },
    write(operator, inputs, attributes, domain) {
      const name = temporary();
      nodes.push({
        operator,
        ...(domain !== undefined && { domain }),
        inputs: inputs.map(nameOf),
        outputs: [name],
        attributes: attributes ?? {},
      });
      return name;
    },
    topK(x, k, values) {
      const inputs = [nameOf(x), onnx.int64([k])];
      const outputs = [
        values ? nameOf(values as Node) : temporary(),
        temporary(),
      ];
      nodes.push({ operator: "TopK", inputs, outputs, attributes: {} });
      return { indices: outputs[1]! };
    },
    int64: (values, shape = [values.length]) =>
      store({
        name: `${INSIDE}int64_${shape.length}_${values.join("_")}`,
        dtype: "int64",
        shape,
        bytes: new Uint8Array(new BigInt64Array(values.map(BigInt)).buffer),
      }),
    scalar(value, dtype) {
      const { data } = zeros([], dtype);
      data[0] = value;
      const bytes = new Uint8Array(data.buffer);
      const name = `${INSIDE}${dtype}_${value}`;
      return store({ name, dtype, shape: [], bytes });
    },
    constant(node) {
      const { values } = node.attributes;
      store({
        name: nameOf(node),
        dtype: node.type.dtype,
        shape: node.type.shape,
        bytes: new Uint8Array(
          values.buffer,
          values.byteOffset,
          values.byteLength,
        ),
      });
    },
  };
  for (const node of graph.nodes) emitNode(node, onnx);
  for (const { from, to } of copies) {
    const inputs = [nameOf(from)];
    nodes.push({ operator: "Identity", inputs, outputs: [to], attributes: {} });
  }
  return {
    name,
    nodes,
    initializers: [...initializers.values()],
    inputs: graph.inputs.map(({ name, node }) => ({ name, ...node.type })),
    outputs: graph.outputs.map(({ name, node }) => ({ name, ...node.type })),
  };
}
