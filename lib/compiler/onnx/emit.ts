import { zeros } from "../../core/mod.ts";
import type {
  OnnxGraph,
  OnnxNode,
  OnnxTensor,
} from "../../formats/onnx/mod.ts";
import type { Graph, Node } from "../ir/graph.ts";
import { emitNode } from "../ops/table.ts";
import type { OnnxEmitter } from "../ops/rule.ts";

/** Begins the names of what is inside; no path of an input or output begins so. */
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
  // An output is named by the node that makes it, unless it is an input or
  // comes out twice; those are copied under their own names at the end.
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

  const store = (tensor: OnnxTensor): string => {
    initializers.set(tensor.name, tensor);
    return tensor.name;
  };
  const onnx: OnnxEmitter = {
    nameOf: (node) => names.get(node) ?? `${INSIDE}v${node.id}`,
    write(operator, inputs, attributes, output, domain) {
      const result = output ?? `${INSIDE}t${temporaries++}`;
      nodes.push({
        operator,
        ...(domain !== undefined && { domain }),
        inputs,
        outputs: [result],
        attributes,
      });
      return result;
    },
    writeMany(operator, inputs, attributes, names) {
      const outputs = names.map((name) => name ?? `${INSIDE}t${temporaries++}`);
      nodes.push({ operator, inputs, outputs, attributes });
      return outputs;
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
        name: onnx.nameOf(node),
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
  for (const node of graph.nodes) {
    emitNode(node, onnx);
  }
  for (const { from, to } of copies) {
    onnx.write("Identity", [onnx.nameOf(from)], {}, to);
  }
  return {
    name,
    nodes,
    initializers: [...initializers.values()],
    inputs: graph.inputs.map(({ name, node }) => ({ name, ...node.type })),
    outputs: graph.outputs.map(({ name, node }) => ({ name, ...node.type })),
  };
}
