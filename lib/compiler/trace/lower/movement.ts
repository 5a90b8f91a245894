import { backend_util, slice_util, util } from "@tensorflow/tfjs-core";
import { sizeOf } from "../../../core/mod.ts";
import type { Node } from "../../ir/graph.ts";
import { type Lowering, type Lowerings, require } from "../kernel_call.ts";

function axisOf(x: Node, axis: number): number {
  return util.parseAxisParam(axis, [...x.type.shape])[0]!;
}

const slice: Lowering = ({ builder, input, attributes }) => {
  const x = input("x");
  const [begin, size] = slice_util.parseSliceParams(
    // parseSliceParams reads the shape alone.
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
  const taken = builder.op("Slice", [x], {
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
  return builder.op("Slice", [x], {
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
  builder.op("Pad", [input("x")], {
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
  return builder.op("Pad", [input("x")], {
    pads: attributes.paddings,
    mode: "reflect",
    value: 0,
  });
};

/** Lowerings of the kernels that move values. */
export const MOVEMENT: Lowerings = {
  Concat: concat,
  ExpandDims: ({ builder, input, attributes }) => {
    const x = input("input");
    const axis = attributes.dim < 0
      ? attributes.dim + x.type.shape.length + 1
      : attributes.dim;
    return builder.reshape(x, x.type.shape.toSpliced(axis, 0, 1));
  },
  MirrorPad: mirrorPad,
  Pack: pack,
  PadV2: pad,
  Reshape: ({ builder, input, attributes }) => {
    const x = input("x");
    return builder.reshape(
      x,
      util.inferFromImplicitShape(attributes.shape, sizeOf(x.type.shape)),
    );
  },
  FlipLeftRight: ({ input, ...call }) =>
    reverse({
      ...call,
      input: () => input("image"),
      attributes: { dims: [2] },
    }),
  Reverse: reverse,
  Slice: slice,
  SplitV: splitV,
  StridedSlice: stridedSlice,
  Tile: ({ builder, input, attributes }) => {
    const x = input("x");
    // TF.js broadcasts conditions by tiling one value.
    return sizeOf(x.type.shape) === 1
      ? builder.expand(builder.reshape(x, []), attributes.reps)
      : builder.op("Tile", [x], { repeats: attributes.reps });
  },
  Transpose: ({ builder, input, attributes }) =>
    builder.transpose(input("x"), attributes.perm),
  Unpack: unpack,
};
