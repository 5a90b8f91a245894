import type { Graph, Node } from "../ir/graph.ts";
import { rewrite } from "./rewrite.ts";

/** Most values of constants that are compared. */
const LARGEST_COMPARED = 256;

/**
 * Merges nodes of one operation with the same inputs and attributes.
 *
 * Barriers stay apart, so that the nodes after one have other inputs than those
 * before it: recomputation survives.
 */
export function mergeCommonSubexpressions(graph: Graph): Graph {
  const known = new Map<string, Node>();
  return rewrite(graph, (node, inputs, builder) => {
    const key = keyOf(node, inputs);
    if (key === undefined) return undefined;
    const same = known.get(key);
    if (same) return same;
    const copy = builder.copy(node, inputs);
    known.set(key, copy);
    return copy;
  });
}

/** The same text for nodes that compute the same; undefined for those that must stay apart. */
function keyOf(node: Node, inputs: readonly Node[]): string | undefined {
  switch (node.op) {
    case "Input":
    case "Barrier":
      return undefined;
    case "Constant": {
      const { values } = node.attributes;
      if (values.length > LARGEST_COMPARED) return undefined;
      // Bytes distinguish 0 from -0 and one NaN from another.
      const bytes = new Uint8Array(
        values.buffer,
        values.byteOffset,
        values.byteLength,
      );
      return `${node.type.dtype}[${node.type.shape}]${bytes.toHex()}`;
    }
    default:
      return `${node.op}(${inputs.map(({ id }) => id)})${
        JSON.stringify(node.attributes)
      }`;
  }
}
