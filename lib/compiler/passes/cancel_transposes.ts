import type { Graph } from "../ir/graph.ts";
import { rewrite } from "./rewrite.ts";

/**
 * Joins successive transposes into one, or into none where they undo each other.
 * Every convolution has transposes between channels-first and channels-last,
 * which meet where one convolution follows another.
 */
export function cancelTransposes(graph: Graph): Graph {
  return rewrite(graph, (node, [input], builder) => {
    if (node.op !== "Transpose" || input!.op !== "Transpose") return undefined;
    const inner = input!.attributes.permutation;
    return builder.transpose(
      input!.inputs[0]!,
      node.attributes.permutation.map((axis) => inner[axis]!),
    );
  });
}
