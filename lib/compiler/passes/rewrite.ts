import { GraphBuilder } from "../ir/builder.ts";
import type { Graph, Named, Node } from "../ir/graph.ts";

/**
 * The replacement of a node whose inputs have been rewritten; undefined keeps the
 * node, with those inputs.
 */
export type RewriteRule = (
  node: Node,
  inputs: readonly Node[],
  builder: GraphBuilder,
) => Node | undefined;

/** Builds a new graph, from inputs to outputs, by a rule for each node. */
export function rewrite(graph: Graph, rule: RewriteRule): Graph {
  const builder = new GraphBuilder();
  const replaced = new Map<Node, Node>();
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((input) => replaced.get(input)!);
    replaced.set(
      node,
      rule(node, inputs, builder) ?? builder.copy(node, inputs),
    );
  }
  const named = ({ name, node }: Named): Named => ({
    name,
    node: replaced.get(node)!,
  });
  return builder.graph(graph.outputs.map(named));
}
