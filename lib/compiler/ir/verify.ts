import { sameShape } from "../../core/mod.ts";
import { typeText } from "../ops/expect.ts";
import { inferType } from "../ops/table.ts";
import type { Graph, Node } from "./graph.ts";

/** A graph that breaks a rule: a defect of a pass or of the tracer, never of the user. */
export class GraphError extends Error {
  override readonly name = "GraphError";
}

/**
 * Checks everything that emission relies on: inputs stand before their users,
 * names are unique, every output exists, and every type is what its operation
 * gives. Runs after tracing and after every pass.
 *
 * @param stage What made the graph, for the message.
 * @throws {GraphError} naming the stage, the node and the rule
 */
export function verifyGraph(graph: Graph, stage: string): Graph {
  const fail = (node: Node | undefined, rule: string): never => {
    const where = node ? ` at ${node.op} #${node.id}` : "";
    throw new GraphError(`Graph after "${stage}" is wrong${where}: ${rule}`);
  };
  const seen = new Set<Node>();
  for (const node of graph.nodes) {
    if (seen.has(node)) fail(node, "a node must stand once");
    for (const input of node.inputs) {
      if (!seen.has(input)) {
        fail(node, `its input ${input.op} #${input.id} must stand before it`);
      }
    }
    if (node.op !== "Input" && node.op !== "Constant") {
      const type = inferType(
        node.op,
        node.inputs.map((input) => input.type),
        node.attributes as never,
      );
      if (
        type.dtype !== node.type.dtype ||
        !sameShape(type.shape, node.type.shape)
      ) {
        fail(
          node,
          `its type must be ${typeText(type)}: current type is ${
            typeText(node.type)
          }`,
        );
      }
    }
    seen.add(node);
  }
  for (const { name, node } of [...graph.inputs, ...graph.outputs]) {
    if (!seen.has(node)) fail(node, `"${name}" must be a node of the graph`);
  }
  for (const list of [graph.inputs, graph.outputs]) {
    const names = new Set(list.map(({ name }) => name));
    if (names.size !== list.length) {
      fail(undefined, "names of inputs and of outputs must be unique");
    }
  }
  const listed = new Set<Node>(graph.inputs.map(({ node }) => node));
  for (const node of graph.nodes) {
    if (node.op === "Input" && !listed.has(node)) {
      fail(node, "every Input node must be listed as an input");
    }
  }
  return graph;
}
