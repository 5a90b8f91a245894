import { typeText } from "../ops/expect.ts";
import type { Graph, Node } from "./graph.ts";

/**
 * Prints a graph, one line a node: `%3 = Add(%1, %2) : float32[2]`.
 *
 * Nodes are numbered in their order, so that a change does not renumber earlier
 * nodes.
 */
export function printGraph(graph: Graph): string {
  const numbers = new Map<Node, string>();
  const lines = graph.nodes.map((node) => {
    const name = node.op === "Input" ? node.attributes.name : `${numbers.size}`;
    numbers.set(node, `%${name}`);
    const inputs = node.inputs.map((input) => numbers.get(input) ?? "%?");
    return `${numbers.get(node)} = ${node.op}(${
      [...inputs, ...attributesText(node)].join(", ")
    }) : ${typeText(node.type)}`;
  });
  const outputs = graph.outputs.map(({ name, node }) =>
    `${name}: ${numbers.get(node) ?? "%?"}`
  );
  return [...lines, `return { ${outputs.join(", ")} }`].join("\n");
}

function attributesText(node: Node): string[] {
  if (node.op === "Input") return [];
  if (node.op === "Constant") {
    const shown = [...node.attributes.values.slice(0, 4)].map((value) =>
      String(Number(value.toPrecision(6)))
    );
    const more = node.attributes.values.length > shown.length ? ", ..." : "";
    return [`[${shown.join(", ")}${more}]`];
  }
  return Object.entries(node.attributes).map(([name, value]) =>
    `${name}=${JSON.stringify(value)}`
  );
}
