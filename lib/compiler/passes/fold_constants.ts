import { sameShape } from "../../core/mod.ts";
import type { Graph, Node } from "../ir/graph.ts";
import type { OpName } from "../ir/op_attributes.ts";
import type { GraphBuilder } from "../ir/builder.ts";
import { rewrite } from "./rewrite.ts";

/** Scalar functions that float32 computes as JavaScript does, rounded once. */
const EXACT: Partial<Record<OpName, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Neg: (a) => -a,
  Sqrt: (a) => Math.sqrt(a),
};

/**
 * Folds arithmetic on float32 scalars, and products, quotients and differences
 * with one or zero that do not change a value. Sums with zero stay: they turn -0
 * into 0. The runtime folds larger constants when it creates a session.
 */
export function foldConstants(graph: Graph): Graph {
  return rewrite(
    graph,
    (node, inputs, builder) =>
      foldScalars(node, inputs, builder) ?? unchangedOperand(node, inputs),
  );
}

function foldScalars(
  node: Node,
  inputs: readonly Node[],
  builder: GraphBuilder,
): Node | undefined {
  const compute = EXACT[node.op];
  const known = inputs.map(scalarValue);
  if (!compute || known.includes(undefined)) return undefined;
  const [a, b = NaN] = known as number[];
  return builder.fill(compute(a!, b), "float32");
}

function unchangedOperand(
  node: Node,
  [a, b]: readonly Node[],
): Node | undefined {
  if (a === undefined || b === undefined) return undefined;
  const keeps = (x: Node): Node | undefined =>
    sameShape(x.type.shape, node.type.shape) ? x : undefined;
  switch (node.op) {
    case "Mul":
      if (scalarValue(b) === 1) return keeps(a);
      return scalarValue(a) === 1 ? keeps(b) : undefined;
    case "Div":
      return scalarValue(b) === 1 ? keeps(a) : undefined;
    case "Sub":
      return Object.is(scalarValue(b), 0) ? keeps(a) : undefined;
    default:
      return undefined;
  }
}

function scalarValue(node: Node): number | undefined {
  return node.op === "Constant" && node.type.dtype === "float32" &&
      node.type.shape.length === 0
    ? node.attributes.values[0]
    : undefined;
}
