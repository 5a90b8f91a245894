import { sameShape, sizeOf } from "../../core/mod.ts";
import type { GraphBuilder } from "../ir/builder.ts";
import type { Graph, Node, NodeOf } from "../ir/graph.ts";
import { rewrite } from "./rewrite.ts";

/** Fewer rows are summed before a product has begun. */
const FEWEST_ROWS = 16;
/** The same for sums of products. */
const FEWEST_PRODUCTS = 64;

/**
 * A sum over all but the last axis, or over the rows of each matrix of a batch,
 * as the product of a row of ones with the matrix: the runtime sums rows at half
 * the speed at which it multiplies them. Biases get their gradients so, and
 * modulations theirs from all tokens of a clip.
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
  const sum = builder.add("MatMul", [
    ones,
    leading ? builder.reshape(x!, [rows, columns]) : x!,
  ], { transposeA: false, transposeB: false });
  return builder.reshape(sum as Node, type.shape);
}

/**
 * The sum of all products of two values, as the product of a row with a column:
 * both are read once, and nothing is written between. The norm of gradients is
 * made of such sums.
 */
function dotProduct(
  { attributes: { axes }, type }: NodeOf<"ReduceSum">,
  [product]: readonly Node[],
  builder: GraphBuilder,
): Node | undefined {
  if (product!.op !== "Mul" || product!.type.dtype !== "float32") {
    return undefined;
  }
  const { shape } = product!.type;
  const [a, b] = product!.inputs as [Node, Node];
  const size = sizeOf(shape);
  const all = axes.length === shape.length &&
    [a, b].every(({ type }) => sameShape(type.shape, shape));
  if (!all || !(size >= FEWEST_PRODUCTS)) return undefined;
  const sum = builder.add("MatMul", [
    builder.reshape(a, [1, size]),
    builder.reshape(b, [1, size]),
  ], { transposeA: false, transposeB: true });
  return builder.reshape(sum as Node, type.shape);
}

/** Writes a graph in the forms that the runtime is fastest with on the CPU. */
export function cpuForms(graph: Graph): Graph {
  return rewrite(
    graph,
    (node, inputs, builder) =>
      node.op === "ReduceSum"
        ? sumOfRows(node, inputs, builder) ?? dotProduct(node, inputs, builder)
        : undefined,
  );
}
