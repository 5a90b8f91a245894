import { sizeOf } from "../../core/mod.ts";
import type { Graph, Node } from "../ir/graph.ts";

/**
 * Floating-point operations of a graph's matrix products and convolutions, two
 * for each multiply-add. Element-wise operations are left out, as usual: memory
 * limits them, not arithmetic.
 */
export function flopsOf({ nodes }: Pick<Graph, "nodes">): number {
  return nodes.reduce((sum, node) => sum + flopsOfNode(node), 0);
}

function flopsOfNode(node: Node): number {
  const results = sizeOf(node.type.shape);
  switch (node.op) {
    case "MatMul": {
      const { shape } = node.inputs[0]!.type;
      return 2 * results * shape.at(node.attributes.transposeA ? -2 : -1)!;
    }
    case "Conv":
      // Each result sums over one filter: [K,C/groups,...].
      return 2 * results * sizeOf(node.inputs[1]!.type.shape.slice(1));
    case "BlockedConv": {
      // Each result sums over one filter of [K/b,C/b,kh,kw,b,b].
      const { shape } = node.inputs[1]!.type;
      return 2 * results * sizeOf(shape) / (shape[0]! * shape.at(-1)!);
    }
    default:
      return 0;
  }
}
