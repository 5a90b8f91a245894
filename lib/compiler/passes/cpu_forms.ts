import { sameShape, sizeOf } from "../../core/mod.ts";
import type { GraphBuilder } from "../ir/builder.ts";
import type { Graph, Node, NodeOf } from "../ir/graph.ts";
import { rewrite } from "./rewrite.ts";

/** Below this many rows a sum is faster than a product. */
const FEWEST_ROWS = 16;
/** The same for sums of products. */
const FEWEST_PRODUCTS = 64;

/**
 * A sum over all but the last axis, or over the rows of each matrix of a batch,
 * as the product of a row of ones with the matrix: the runtime sums rows at half
 * the speed at which it multiplies them. Gradients of biases are such sums, and
 * those of modulations over all tokens of a clip.
 */
function sumOfRows(
  { attributes: { axes }, type }: NodeOf<"ReduceSum">,
  [x]: readonly Node[],
  builder: GraphBuilder,
): Node | undefined {
  const { shape, dtype } = x!.type;
  const columns = shape.at(-1)!;
  const leading = axes.length === shape.length - 1 &&
    axes.every((axis, i) => axis === i);
  const ofEach = axes.length === 1 && axes[0] === shape.length - 2;
  const rows = leading ? sizeOf(shape) / columns : shape.at(-2)!;
  if (dtype !== "float32" || !(leading || ofEach) || !(rows >= FEWEST_ROWS)) {
    return undefined;
  }
  const ones = builder.fill(1, "float32", [1, rows]);
  const matrix = leading ? builder.reshape(x!, [rows, columns]) : x!;
  return builder.reshape(builder.matMul(ones, matrix), type.shape);
}

/**
 * The sum of all products of two values, as the product of a row with a column:
 * both are read once, and nothing is written between. The gradient norm is made
 * of such sums.
 */
function dotProduct(
  { attributes: { axes }, type }: NodeOf<"ReduceSum">,
  [x]: readonly Node[],
  builder: GraphBuilder,
): Node | undefined {
  if (x!.op !== "Mul" || x!.type.dtype !== "float32") return undefined;
  const { shape } = x!.type;
  const [a, b] = x!.inputs as [Node, Node];
  const size = sizeOf(shape);
  const all = axes.length === shape.length &&
    [a, b].every(({ type }) => sameShape(type.shape, shape));
  if (!all || !(size >= FEWEST_PRODUCTS)) return undefined;
  const [row, column] = [a, b].map((x) => builder.reshape(x, [1, size]));
  const product = builder.matMul(row!, column!, false, true);
  return builder.reshape(product, type.shape);
}

/** Rewrites a graph in the forms that run fastest on the CPU. */
export function cpuForms(graph: Graph): Graph {
  return rewrite(
    graph,
    (node, inputs, builder) =>
      node.op === "ReduceSum"
        ? sumOfRows(node, inputs, builder) ?? dotProduct(node, inputs, builder)
        : undefined,
  );
}
