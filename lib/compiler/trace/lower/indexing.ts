import { util } from "@tensorflow/tfjs-core";
import { type DType, shapeText, sizeOf, stridesOf } from "../../../core/mod.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import { typeText } from "../../ops/expect.ts";
import {
  type KernelCall,
  type Lowering,
  type Lowerings,
  require,
} from "../kernel_call.ts";

const gather: Lowering = (call) => {
  const { input, attributes } = call;
  const x = input("x");
  const indices = input("indices");
  const axis = util.parseAxisParam(attributes.axis, [...x.type.shape])[0]!;
  const { batchDims } = attributes;
  const size = x.type.shape[axis]!;
  if (indices.op === "Constant") {
    const outside = indices.attributes.values.find((i) => i < 0 || i >= size);
    require(
      call,
      outside === undefined,
      `indices must be 0 to ${size - 1}: current value is ${outside}`,
    );
  }
  if (batchDims === 0) return rowsAt(call, x, indices, axis);
  require(
    call,
    batchDims > 0 && batchDims <= axis,
    `batchDims must be 0 to the axis, ${axis}: current value is ${batchDims}`,
  );
  return gatherInBatches(call, x, indices, axis, batchDims);
};

/**
 * Gathers along an axis. The runtime refuses an index outside of `[-n, n)` and
 * counts those below zero from the end, where TF.js refuses them: they are moved
 * to where the runtime refuses them too. It refuses nothing on a graphics card.
 */
function rowsAt(
  { builder }: Pick<KernelCall, "builder">,
  x: Node,
  indices: Node,
  axis: number,
): Node {
  const placed = indices.op === "Constant"
    ? indices
    : refusedBelowZero(builder, indices, x.type.shape[axis]!);
  return builder.op("Gather", [x, placed], { axis });
}

/** Indices below zero minus the length of the axis: the runtime refuses them. */
function refusedBelowZero(
  builder: GraphBuilder,
  indices: Node,
  size: number,
): Node {
  return builder.where(
    builder.less(indices, builder.fill(0, "int32")),
    builder.sub(indices, builder.fill(size, "int32")),
    indices,
  );
}

/**
 * Each batch has positions of its own: all batches become one table, and the
 * positions of each are offset by its first row. One outside of `[0, n)` is
 * moved out of the table, or it would read a row of another batch.
 *
 * @param x `[...batch,...outer,n,...inner]`, with `n` along the axis.
 * @param indices `[...batch,...places]`
 * @returns `[...batch,...outer,...places,...inner]`
 */
function gatherInBatches(
  { builder }: Pick<KernelCall, "builder">,
  x: Node,
  indices: Node,
  axis: number,
  batchDims: number,
): Node {
  const { shape } = x.type;
  const batch = sizeOf(shape.slice(0, batchDims));
  const outer = sizeOf(shape.slice(batchDims, axis));
  const n = shape[axis]!;
  const inner = sizeOf(shape.slice(axis + 1));
  const places = indices.type.shape.slice(batchDims);
  const count = sizeOf(places);
  const table = builder.reshape(
    builder.transpose(
      builder.reshape(x, [batch, outer, n, inner]),
      [0, 2, 1, 3],
    ),
    [batch * n, outer * inner],
  );
  const begins = Array.from({ length: batch }, (_, i) => i * n);
  const own = builder.reshape(indices, [batch, count]);
  const rows = builder.where(
    builder.and(
      builder.greaterOrEqual(own, builder.fill(0, "int32")),
      builder.less(own, builder.fill(n, "int32")),
    ),
    builder.add(own, builder.indices(begins, [batch, 1])),
    builder.fill(batch * n, "int32"),
  );
  const gathered = builder.op("Gather", [
    table,
    builder.reshape(rows, [batch * count]),
  ], { axis: 0 });
  const apart = builder.reshape(gathered, [batch, count, outer, inner]);
  return builder.reshape(builder.transpose(apart, [0, 2, 1, 3]), [
    ...shape.slice(0, axis),
    ...places,
    ...shape.slice(axis + 1),
  ]);
}

/** Sums rows by segment; rows of segments outside of `[0, numSegments)` are left out. */
const segmentSum: Lowering = (call) => {
  const { builder, input, attributes } = call;
  const x = input("x");
  const segments = input("segmentIds");
  const rows = attributes.numSegments as number;
  require(
    call,
    x.type.dtype === "float32",
    `x must be float32: current type is ${typeText(x.type)}`,
  );
  require(
    call,
    segments.type.shape.length === 1,
    `segment ids must have rank 1: current shape is ${
      shapeText(segments.type.shape)
    }`,
  );
  const { and, greaterOrEqual, less, where } = builder;
  const first = builder.fill(0, "int32");
  const inside = and(
    greaterOrEqual(segments, first),
    less(segments, builder.fill(rows, "int32")),
  );
  // Rows that are left out add zero to the first segment.
  const column = x.type.shape.map((size, axis) => axis === 0 ? size : 1);
  const added = where(
    builder.reshape(inside, column),
    x,
    builder.fill(0, "float32"),
  );
  const target = where(inside, segments, first);
  return builder.op("ScatterAdd", [added, target], { rows });
};

/**
 * Flattens positions in the first K axes of a shape, row-major:
 * `[...,K] -> [I]`. Like TF.js, only the flat position is checked, by the runtime.
 */
function flatPositions(
  { builder }: KernelCall,
  indices: Node,
  shape: readonly number[],
): Node {
  const depth = indices.type.shape.at(-1)!;
  const steps = stridesOf(shape.slice(0, depth));
  const moved = builder.mul(indices, builder.indices(steps));
  const flat = builder.sum(moved, [indices.type.shape.length - 1]);
  return refusedBelowZero(
    builder,
    builder.reshape(flat, [sizeOf(flat.type.shape)]),
    sizeOf(shape.slice(0, depth)),
  );
}

const gatherNd: Lowering = (call) => {
  const { builder, input } = call;
  const x = input("params");
  const indices = input("indices");
  const { shape } = x.type;
  const depth = indices.type.shape.at(-1)!;
  const rest = shape.slice(depth);
  const table = builder.reshape(x, [sizeOf(shape.slice(0, depth)), ...rest]);
  const positions = flatPositions(call, indices, shape);
  const rows = builder.op("Gather", [table, positions], { axis: 0 });
  return builder.reshape(rows, [...indices.type.shape.slice(0, -1), ...rest]);
};

const scatterNd: Lowering = (call) => {
  const { builder, input, attributes } = call;
  const updates = input("updates");
  const indices = input("indices");
  const shape = attributes.shape as number[];
  const depth = indices.type.shape.at(-1)!;
  require(
    call,
    updates.type.dtype === "float32",
    `updates must be float32: current type is ${typeText(updates.type)}`,
  );
  const positions = flatPositions(call, indices, shape);
  const rows = builder.reshape(updates, [
    positions.type.shape[0]!,
    ...shape.slice(depth),
  ]);
  const table = builder.op("ScatterAdd", [rows, positions], {
    rows: sizeOf(shape.slice(0, depth)),
  });
  return builder.reshape(table, shape);
};

const oneHot: Lowering = ({ builder, input, attributes }) => {
  const { depth, onValue, offValue, dtype } = attributes;
  const indices = input("indices");
  const classes = builder.indices([...Array(depth).keys()]);
  const hit = builder.equal(
    builder.reshape(indices, [...indices.type.shape, 1]),
    classes,
  );
  const type = (dtype ?? "int32") as DType;
  const numbers = type === "bool" ? "int32" : type;
  const chosen = builder.where(
    hit,
    builder.fill(onValue, numbers),
    builder.fill(offValue, numbers),
  );
  return builder.cast(chosen, type);
};

/** Lowerings of the kernels that pick and place by position. */
export const INDEXING: Lowerings = {
  GatherNd: gatherNd,
  GatherV2: gather,
  OneHot: oneHot,
  ScatterNd: scatterNd,
  UnsortedSegmentSum: segmentSum,
};
