import { sizeOf } from "../../core/mod.ts";
import type { GraphBuilder } from "../ir/builder.ts";
import type { Graph, Node, NodeOf } from "../ir/graph.ts";
import type { ReduceOp } from "../ir/op_attributes.ts";
import { rewrite } from "./rewrite.ts";

/** Side of the square tile of a product that one workgroup computes. */
const TILE = 32;
/** Multiplications below which a transpose costs more than it saves. */
const SMALL_PRODUCT = 2 ** 20;
/** Workgroups that keep a card busy: a product of fewer tiles is divided. */
const ENOUGH_GROUPS = 256;
/** Fewest rows worth a workgroup. */
const FEWEST_ROWS = 128;
/** Most numbers that one workgroup reduces. */
const MOST_BY_ONE = 8192;
/** Most workgroups that share a larger reduction. */
const MOST_PARTS = 1024;

/** The largest whole number up to `most` that divides `n`. */
function divisorUpTo(most: number, n: number): number {
  for (let d = Math.min(most, n); d > 1; d--) if (n % d === 0) return d;
  return 1; // also for most < 1
}

/**
 * A product whose right side is transposed in memory: the transpose comes first,
 * since reading columns would be three times as slow.
 */
function turnedProduct(
  { attributes: { transposeA, transposeB } }: NodeOf<"MatMul">,
  [a, b]: readonly Node[],
  builder: GraphBuilder,
): Node | undefined {
  if (transposeA || !transposeB) return undefined;
  const products = sizeOf(a!.type.shape) * b!.type.shape[0]!;
  return products < SMALL_PRODUCT
    ? undefined
    : builder.matMul(a!, builder.transpose(b!, [1, 0]));
}

/**
 * A small product of long rows, such as the gradient of a weight over many
 * positions: one workgroup computes a tile alone, however long the rows are,
 * while others idle. The rows are divided, and the parts summed (split-K).
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
  const right = builder.reshape(b!, [parts, length / parts, n]);
  const sum = builder.sum(builder.matMul(left, right), [0]);
  return builder.reshape(sum, type.shape);
}

/** Reductions that equal the reduction of the reductions of equal parts. */
const BY_PARTS = ["ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum"] as const;

/**
 * A reduction of very many numbers to one: a single workgroup would compute it.
 * The numbers are divided evenly among workgroups first.
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
    builder.op(node.op, [x], { axes: [axis], keepDims: false });
  const each = reduce(builder.reshape(x!, [parts, size / parts]), 1);
  return builder.reshape(reduce(each, 0), node.type.shape);
}

/**
 * Rewrites products and reductions so that all cores of a graphics card share
 * each of them. Measured in docs/devices.md.
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
