import { GraphBuilder } from "../ir/builder.ts";
import type { Graph, Named, Node } from "../ir/graph.ts";

/** Begins the names of values that one part of a graph leaves to later ones. */
export const CUT = "cut/";

/**
 * Splits a graph into parts that run one after another and together compute the
 * same: each part computes the outputs of its group and what these need, unless
 * an earlier part has. Values for later parts are outputs under names of their
 * own. Constants are repeated.
 *
 * @param groups Names of outputs; others come out of the last part.
 * @returns as many parts as groups, and one more
 */
export function splitGraph(
  graph: Graph,
  groups: readonly (readonly string[])[],
): Graph[] {
  const outputs = new Map(graph.outputs.map(({ name, node }) => [name, node]));
  const partOf = new Map<Node, number>();
  for (const [part, names] of groups.entries()) {
    const nodes = names.flatMap((name) => outputs.get(name) ?? []);
    for (const node of ancestorsOf(nodes, (node) => partOf.has(node))) {
      partOf.set(node, part);
    }
  }
  const last = groups.length;
  const partFor = (node: Node): number => partOf.get(node) ?? last;
  const fixed = fixedNodes(graph);
  const crossing = new Map<Node, string>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      if (input.op === "Input" || fixed.has(input)) continue;
      if (partFor(input) === partFor(node) || crossing.has(input)) continue;
      crossing.set(input, `${CUT}${crossing.size}`);
    }
  }
  const groupOf = new Map(
    groups.flatMap((names, part) => names.map((name) => [name, part] as const)),
  );
  return Array.from({ length: last + 1 }, (_, part) => {
    const builder = new GraphBuilder();
    const copies = new Map<Node, Node>();
    const copyOf = (node: Node): Node => {
      const known = copies.get(node);
      if (known) return known;
      const { dtype, shape } = node.type;
      const isEarlier = node.op !== "Input" && !fixed.has(node) &&
        partFor(node) < part;
      const copy = isEarlier
        ? builder.input(crossing.get(node)!, dtype, shape)
        : builder.copy(node, node.inputs.map(copyOf));
      copies.set(node, copy);
      return copy;
    };
    const isHere = (node: Node): boolean =>
      node.op !== "Input" && !fixed.has(node) && partFor(node) === part;
    // In order: no recursion deeper than constants.
    for (const node of graph.nodes) if (isHere(node)) copyOf(node);
    const named: Named[] = [
      // An input or a constant comes out of the part that was asked for it.
      ...graph.outputs.filter(({ name, node }) =>
        isHere(node) ||
        ((node.op === "Input" || fixed.has(node)) &&
          (groupOf.get(name) ?? last) === part)
      ),
      ...[...crossing].filter(([node]) => isHere(node))
        .map(([node, name]) => ({ name, node })),
    ];
    return builder.graph(
      named.map(({ name, node }) => ({ name, node: copyOf(node) })),
    );
  });
}

/** Some nodes and all that they need, without those that are known. */
export function ancestorsOf(
  nodes: readonly Node[],
  isKnown: (node: Node) => boolean = () => false,
): Set<Node> {
  const found = new Set<Node>();
  const ahead = [...nodes];
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    if (found.has(node) || isKnown(node)) continue;
    found.add(node);
    ahead.push(...node.inputs);
  }
  return found;
}

/** Nodes that depend on constants alone. */
function fixedNodes(graph: Graph): Set<Node> {
  const fixed = new Set<Node>();
  for (const node of graph.nodes) {
    if (node.op === "Input") continue;
    if (node.inputs.every((input) => fixed.has(input))) fixed.add(node);
  }
  return fixed;
}
