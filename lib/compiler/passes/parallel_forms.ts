import { sizeOf } from "../../core/mod.ts";
import type { GraphBuilder } from "../ir/builder.ts";
import type { Graph, Node, NodeOf } from "../ir/graph.ts";
import type { ReduceOp } from "../ir/op_attributes.ts";
import { rewrite } from "./rewrite.ts";

/** Side of the square of a product that one group of a card's cores makes. */
const TILE = 32;
/** Multiplications below which a product is over before its sides are turned. */
const SMALL_PRODUCT = 2 ** 20;
/** Groups that keep a card busy: a product of fewer tiles is divided. */
const ENOUGH_GROUPS = 256;
/** Fewer rows are not worth a group of their own. */
const FEWEST_ROWS = 128;
/** So many numbers may be reduced by one group. */
const MOST_BY_ONE = 8192;
/** Groups that share a larger reduction. */
const MOST_PARTS = 1024;

/** The largest whole number up to `most` that divides `n`. */
function divisorUpTo(most: number, n: number): number {
  for (let d = Math.min(most, n); d > 1; d--) if (n % d === 0) return d;
  return 1; // also where at most none is asked for
}

/**
 * A product whose right side lies transposed: turned about first, since the
 * cores read it a column at a time otherwise, three times as slowly.
 */
function turnedProduct(
  { attributes: { transposeA, transposeB } }: NodeOf<"MatMul">,
  [a, b]: readonly Node[],
  builder: GraphBuilder,
): Node | undefined {
  if (transposeA || !transposeB) return undefined;
  if (sizeOf(a!.type.shape) * b!.type.shape[0]! < SMALL_PRODUCT) {
    return undefined;
  }
  return builder.add("MatMul", [a!, builder.transpose(b!, [1, 0])], {
    transposeA,
    transposeB: false,
  }) as Node;
}

/**
 * A small product of long rows, such as the gradient of a weight over many
 * places: a group of cores makes a tile of it alone, however long the rows are,
 * while others stand idle. The rows are divided, and the parts summed.
 */
function dividedProduct(
  { attributes: { transposeA, transposeB }, type }: NodeOf<"MatMul">,
  [a, b]: readonly Node[],
  builder: GraphBuilder,
): Node | undefined {
  if (!transposeA || transposeB) return undefined;
  const [length, m] = a!.type.shape as [number, number];
  const n = b!.type.shape[1]!;
  const tiles = Math.ceil(m / TILE) * Math.ceil(n / TILE);
  const wanted = Math.min(
    Math.ceil(ENOUGH_GROUPS / tiles),
    Math.floor(length / FEWEST_ROWS),
  );
  const parts = divisorUpTo(wanted, length);
  if (parts === 1) return undefined;
  const left = builder.transpose(
    builder.reshape(a!, [parts, length / parts, m]),
    [0, 2, 1],
  );
  const products = builder.add("MatMul", [
    left,
    builder.reshape(b!, [parts, length / parts, n]),
  ], { transposeA: false, transposeB: false }) as Node;
  const sum = builder.add("ReduceSum", [products], {
    axes: [0],
    keepDims: false,
  }) as Node;
  return builder.reshape(sum, type.shape);
}

/** Reductions of many numbers that are those of the reductions of equal parts. */
const BY_PARTS = ["ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum"] as const;

/**
 * One number of very many: a group of cores makes it alone. The numbers are
 * divided evenly among groups first.
 */
function dividedReduction(
  node: NodeOf<ReduceOp>,
  [x]: readonly Node[],
  builder: GraphBuilder,
): Node | undefined {
  const size = sizeOf(x!.type.shape);
  if (sizeOf(node.type.shape) !== 1 || size <= MOST_BY_ONE) return undefined;
  const parts = divisorUpTo(MOST_PARTS, size);
  if (parts === 1) return undefined;
  const reduce = (x: Node, axis: number): Node =>
    builder.add(node.op, [x], { axes: [axis], keepDims: false }) as Node;
  const each = reduce(builder.reshape(x!, [parts, size / parts]), 1);
  return builder.reshape(reduce(each, 0), node.type.shape);
}

/**
 * Writes products and reductions so that all cores of a graphics card have a
 * part in each of them. Measured in docs/devices.md.
 */
export function parallelForms(graph: Graph): Graph {
  return rewrite(graph, (node, inputs, builder) => {
    if (node.op === "MatMul") {
      // Products of a batch are many already.
      if (node.type.shape.length > 2) return undefined;
      return turnedProduct(node, inputs, builder) ??
        dividedProduct(node, inputs, builder);
    }
    return BY_PARTS.some((op) => op === node.op)
      ? dividedReduction(node as NodeOf<ReduceOp>, inputs, builder)
      : undefined;
  });
}
