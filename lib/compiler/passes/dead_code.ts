import type { Graph, Node } from "../ir/graph.ts";

/** Removes nodes that no output needs. Inputs stay: they are the signature. */
export function removeDeadCode(graph: Graph): Graph {
  const live = new Set<Node>(graph.outputs.map(({ node }) => node));
  for (const node of graph.nodes.toReversed()) {
    if (live.has(node)) { for (const input of node.inputs) live.add(input); }
  }
  return {
    ...graph,
    nodes: graph.nodes.filter((node) => node.op === "Input" || live.has(node)),
  };
}
