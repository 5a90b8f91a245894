import { backend_util, slice_util, util } from "@tensorflow/tfjs-core";
import { type DType, int32, shapeText, sizeOf } from "../../../core/mod.ts";
import type { Node } from "../../ir/graph.ts";
import { typeText } from "../../ops/expect.ts";
import type { Lowering, Lowerings } from "../kernel_call.ts";
import { require } from "../kernel_call.ts";

function axisOf(x: Node, axis: number): number {
  return util.parseAxisParam(axis, [...x.type.shape])[0]!;
}

const slice: Lowering = ({ builder, input, attributes }) => {
  const x = input("x");
  const [begin, size] = slice_util.parseSliceParams(
    // parseSliceParams reads nothing but the shape.
    { shape: x.type.shape } as never,
    attributes.begin,
    attributes.size,
  );
  return builder.slice(x, begin!, size!);
};

const stridedSlice: Lowering = (call) => {
  const { builder, input, attributes: a } = call;
  const x = input("x");
  const info = slice_util.sliceInfo(
    [...x.type.shape],
    a.begin,
    a.end,
    a.strides,
    a.beginMask,
    a.endMask,
    a.ellipsisMask,
    a.newAxisMask,
    a.shrinkAxisMask,
  );
  const size = info.begin.map((begin, i) =>
    Math.max(0, Math.ceil((info.end[i]! - begin) / info.strides[i]!))
  );
  require(call, sizeOf(size) > 0, "the result must not be empty");
  const taken = builder.add("Slice", [x], {
    begin: info.begin,
    size,
    steps: info.strides,
  });
  return builder.reshape(taken, info.finalShape);
};

const reverse: Lowering = ({ builder, input, attributes }) => {
  const x = input("x");
  const { shape } = x.type;
  const axes = util.parseAxisParam(attributes.dims, [...shape]);
  const flips = (axis: number): boolean => axes.includes(axis);
  return builder.add("Slice", [x], {
    begin: shape.map((size, axis) => flips(axis) ? size - 1 : 0),
    size: shape,
    steps: shape.map((_, axis) => flips(axis) ? -1 : 1),
  });
};

const concat: Lowering = ({ builder, inputs, attributes }) => {
  const axis = axisOf(inputs[0]!, attributes.axis);
  const filled = inputs.filter(({ type }) => sizeOf(type.shape) > 0);
  return builder.concat(filled.length > 0 ? filled : inputs, axis);
};

const splitV: Lowering = ({ builder, input, attributes }) => {
  const x = input("x");
  const axis = axisOf(x, attributes.axis);
  const sizes = backend_util.prepareSplitSize(
    { shape: x.type.shape } as never,
    attributes.numOrSizeSplits,
    axis,
  );
  let start = 0;
  return sizes.map((size) => {
    const begin = x.type.shape.map((_, i) => i === axis ? start : 0);
    start += size;
    return builder.slice(x, begin, x.type.shape.with(axis, size));
  });
};

const pack: Lowering = ({ builder, inputs, attributes }) => {
  const { shape } = inputs[0]!.type;
  const axis = attributes.axis < 0
    ? attributes.axis + shape.length + 1
    : attributes.axis;
  return builder.concat(
    inputs.map((x) => builder.reshape(x, shape.toSpliced(axis, 0, 1))),
    axis,
  );
};

const unpack: Lowering = ({ builder, input, attributes }) => {
  const x = input("value");
  const axis = axisOf(x, attributes.axis);
  const { shape } = x.type;
  return Array.from({ length: shape[axis]! }, (_, i) =>
    builder.reshape(
      builder.slice(
        x,
        shape.map((_, other) => other === axis ? i : 0),
        shape.with(axis, 1),
      ),
      shape.toSpliced(axis, 1),
    ));
};

const pad: Lowering = ({ builder, input, attributes }) =>
  builder.add("Pad", [input("x")], {
    pads: attributes.paddings,
    mode: "constant",
    value: attributes.constantValue,
  });

const mirrorPad: Lowering = (call) => {
  const { builder, input, attributes } = call;
  require(
    call,
    attributes.mode === "reflect",
    `mode must be "reflect": current value is "${attributes.mode}"`,
  );
  return builder.add("Pad", [input("x")], {
    pads: attributes.paddings,
    mode: "reflect",
    value: 0,
  });
};

const gather: Lowering = (call) => {
  const { builder, input, attributes } = call;
  require(
    call,
    attributes.batchDims === 0,
    `batchDims must be 0: current value is ${attributes.batchDims}`,
  );
  const x = input("x");
  return builder.add("Gather", [x, input("indices")], {
    axis: axisOf(x, attributes.axis),
  });
};

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

const depthToSpace: Lowering = (call) => {
  const { builder, input, attributes } = call;
  require(
    call,
    attributes.dataFormat === "NHWC",
    `dataFormat must be "NHWC": current value is "${attributes.dataFormat}"`,
  );
  const x = input("x");
  const [n, h, w, c] = x.type.shape as [number, number, number, number];
  const block = attributes.blockSize as number;
  const depth = c / (block * block);
  const apart = builder.reshape(x, [n, h, w, block, block, depth]);
  const mixed = builder.transpose(apart, [0, 1, 3, 2, 4, 5]);
  return builder.reshape(mixed, [n, h * block, w * block, depth]);
};

const resizeLinear: Lowering = ({ builder, input, attributes }) => {
  const { size, alignCorners, halfPixelCenters } = attributes;
  const resized = builder.add("Resize", [
    builder.transpose(input("images"), [0, 3, 1, 2]),
  ], {
    size,
    coordinates: alignCorners
      ? "align_corners"
      : halfPixelCenters
      ? "half_pixel"
      : "asymmetric",
  });
  return builder.transpose(resized, [0, 2, 3, 1]);
};

/**
 * Gathers rows and columns at the places that TF.js computes: the runtime
 * rounds its own in float32, and so picks a neighbour here and there.
 */
const resizeNearest: Lowering = ({ builder, input, attributes }) => {
  const { size, alignCorners, halfPixelCenters } = attributes;
  return [1, 2].reduce((x, axis) => {
    const from = x.type.shape[axis]!;
    const to = size[axis - 1] as number;
    const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
    const places = Array.from({ length: to }, (_, i) => {
      const place = halfPixelCenters ? scale * (i + 0.5) : scale * i;
      const nearest = alignCorners ? Math.round(place) : Math.floor(place);
      return Math.max(0, Math.min(from - 1, nearest));
    });
    const indices = builder.constant(int32([to], places).data, "int32", [to]);
    return builder.add("Gather", [x, indices], { axis });
  }, input("images"));
};

/** Lowerings of the kernels that move, select or create values. */
export const MOVEMENT: Lowerings = {
  Concat: concat,
  DepthToSpace: depthToSpace,
  ExpandDims: ({ builder, input, attributes }) => {
    const x = input("input");
    const axis = attributes.dim < 0
      ? attributes.dim + x.type.shape.length + 1
      : attributes.dim;
    return builder.reshape(x, x.type.shape.toSpliced(axis, 0, 1));
  },
  Fill: ({ builder, attributes }) =>
    builder.fill(
      attributes.value,
      attributes.dtype ?? "float32",
      attributes.shape,
    ),
  GatherV2: gather,
  MirrorPad: mirrorPad,
  OneHot: oneHot,
  OnesLike: ({ builder, input }) =>
    builder.fill(1, input("x").type.dtype, input("x").type.shape),
  Pack: pack,
  PadV2: pad,
  Reshape: ({ builder, input, attributes }) => {
    const x = input("x");
    return builder.reshape(
      x,
      util.inferFromImplicitShape(attributes.shape, sizeOf(x.type.shape)),
    );
  },
  ResizeBilinear: resizeLinear,
  ResizeNearestNeighbor: resizeNearest,
  Reverse: reverse,
  Slice: slice,
  SplitV: splitV,
  StridedSlice: stridedSlice,
  Tile: ({ builder, input, attributes }) =>
    builder.add("Tile", [input("x")], { repeats: attributes.reps }),
  Transpose: ({ builder, input, attributes }) =>
    builder.transpose(input("x"), attributes.perm),
  Unpack: unpack,
  UnsortedSegmentSum: segmentSum,
  ZerosLike: ({ builder, input }) =>
    builder.fill(0, input("x").type.dtype, input("x").type.shape),
};
