import { sameType, typeText } from "../ops/expect.ts";
import { inferType } from "../ops/table.ts";
import type { Graph, Node } from "./graph.ts";
import type { OpName } from "./op_attributes.ts";

/** A graph that breaks a rule: a defect of a pass or of the tracer, not of the user. */
export class GraphError extends Error {
  override readonly name = "GraphError";
}

/**
 * Checks the assumptions of emission: inputs come before their users, names are
 * unique, every output exists, and every type is that inferred by its operation.
 * Runs after tracing and after every pass.
 *
 * @param stage The maker of the graph, for the message.
 * @throws {GraphError} with the stage, the node and the rule
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
      const types = node.inputs.map((input) => input.type);
      const type = inferType(node.op as OpName, types, node.attributes);
      if (!sameType(type, node.type)) {
        const current = typeText(node.type);
        fail(
          node,
          `its type must be ${typeText(type)}: current type is ${current}`,
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
