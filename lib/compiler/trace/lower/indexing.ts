import { util } from "@tensorflow/tfjs-core";
import { type DType, int32, shapeText, sizeOf } from "../../../core/mod.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import { typeText } from "../../ops/expect.ts";
import type { KernelCall, Lowering, Lowerings } from "../kernel_call.ts";
import { require } from "../kernel_call.ts";

const gather: Lowering = (call) => {
  const { builder, input, attributes } = call;
  const x = input("x");
  const indices = input("indices");
  const axis = util.parseAxisParam(attributes.axis, [...x.type.shape])[0]!;
  const { batchDims } = attributes;
  if (batchDims === 0) return builder.add("Gather", [x, indices], { axis });
  require(
    call,
    batchDims > 0 && batchDims <= axis,
    `batchDims must be 0 to the axis, ${axis}: current value is ${batchDims}`,
  );
  return gatherInBatches(builder, x, indices, axis, batchDims);
};

/**
 * Each batch has positions of its own: all batches lie under each other in one
 * table, and their positions count from where they begin. A position outside
 * of `[0, n)` is not refused: it is found in another batch.
 *
 * @param x `[...batch,...outer,n,...inner]`, with `n` along the axis.
 * @param indices `[...batch,...places]`
 * @returns `[...batch,...outer,...places,...inner]`
 */
function gatherInBatches(
  builder: GraphBuilder,
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
  const begins = int32(
    [batch, 1],
    Array.from({ length: batch }, (_, i) => i * n),
  );
  const rows = builder.elementwise(
    "Add",
    builder.reshape(indices, [batch, count]),
    builder.constant(begins.data, "int32", begins.shape),
  );
  const gathered = builder.add("Gather", [
    table,
    builder.reshape(rows, [batch * count]),
  ], { axis: 0 }) as Node;
  const apart = builder.reshape(gathered, [batch, count, outer, inner]);
  return builder.reshape(builder.transpose(apart, [0, 2, 1, 3]), [
    ...shape.slice(0, axis),
    ...places,
    ...shape.slice(axis + 1),
  ]);
}

/** Adds up rows by segment; those whose segment is not in `[0, numSegments)` are left out. */
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
  const first = builder.fill(0, "int32");
  const inside = builder.add("And", [
    builder.elementwise("GreaterOrEqual", segments, first),
    builder.elementwise("Less", segments, builder.fill(rows, "int32")),
  ], {});
  // What is left out adds nothing to the first segment.
  const column = x.type.shape.map((size, axis) => axis === 0 ? size : 1);
  const added = builder.add("Where", [
    builder.reshape(inside, column),
    x,
    builder.fill(0, "float32"),
  ], {});
  const target = builder.add("Where", [inside, segments, first], {});
  return builder.add("ScatterAdd", [added, target], { rows });
};

/**
 * Positions in the first axes of a shape, given as vectors `[...,K]`, as
 * positions in those axes laid out in one: `[I]`.
 */
function flatPositions(
  { builder }: KernelCall,
  indices: Node,
  shape: readonly number[],
): Node {
  const depth = indices.type.shape.at(-1)!;
  const steps = Array.from(
    { length: depth },
    (_, i) => sizeOf(shape.slice(i + 1, depth)),
  );
  const moved = builder.elementwise(
    "Mul",
    indices,
    builder.constant(int32([depth], steps).data, "int32", [depth]),
  );
  const flat = builder.add("ReduceSum", [moved], {
    axes: [indices.type.shape.length - 1],
    keepDims: false,
  });
  return builder.reshape(flat, [sizeOf(flat.type.shape)]);
}

const gatherNd: Lowering = (call) => {
  const { builder, input } = call;
  const x = input("params");
  const indices = input("indices");
  const { shape } = x.type;
  const depth = indices.type.shape.at(-1)!;
  const rest = shape.slice(depth);
  const table = builder.reshape(x, [sizeOf(shape.slice(0, depth)), ...rest]);
  const rows = builder.add("Gather", [
    table,
    flatPositions(call, indices, shape),
  ], { axis: 0 });
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
  const table = builder.add("ScatterAdd", [rows, positions], {
    rows: sizeOf(shape.slice(0, depth)),
  });
  return builder.reshape(table, shape);
};

const oneHot: Lowering = ({ builder, input, attributes }) => {
  const { depth, onValue, offValue, dtype } = attributes;
  const indices = input("indices");
  const classes = builder.constant(
    int32([depth], Array.from({ length: depth }, (_, i) => i)).data,
    "int32",
    [depth],
  );
  const hit = builder.elementwise(
    "Equal",
    builder.reshape(indices, [...indices.type.shape, 1]),
    classes,
  );
  const type = (dtype ?? "int32") as DType;
  const numbers = type === "bool" ? "int32" : type;
  const chosen = builder.add("Where", [
    hit,
    builder.fill(onValue, numbers),
    builder.fill(offValue, numbers),
  ], {});
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
