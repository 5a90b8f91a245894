import { sizeOf } from "../../../core/mod.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import { swapLastTwo } from "../../ops/linear.ts";
import {
  type KernelCall,
  type Lowering,
  type Lowerings,
  require,
} from "../kernel_call.ts";
import {
  blockedConvolution,
  blockedFilterGradient,
  fitsBlocks,
  gradientFitsBlocks,
} from "./blocked_convolution.ts";
import {
  fitsPatches,
  patchedConvolution,
  patchedFilterGradient,
} from "./patched_convolution.ts";
import { gatherPatches, patches, prefersPatches, rows } from "./patches.ts";
import {
  channelsFirst,
  channelsLast,
  convolutionWindow,
  padSpatial,
  type Place,
  sliceTap,
  spread,
  tapsOf,
  type Window,
} from "./window.ts";

/** `[...size,A,B] -> [B,A,...size]` (or `[A,B,...size]` when swapped). */
function filterFirst(
  builder: GraphBuilder,
  filter: Node,
  swapped = false,
): Node {
  const rank = filter.type.shape.length;
  const spatial = Array.from({ length: rank - 2 }, (_, i) => i);
  return builder.transpose(
    filter,
    swapped
      ? [rank - 2, rank - 1, ...spatial]
      : [rank - 1, rank - 2, ...spatial],
  );
}

/** Reverses the filter in space. */
function flip(builder: GraphBuilder, filter: Node): Node {
  const { shape } = filter.type;
  const spatial = shape.length - 2;
  return builder.add("Slice", [filter], {
    begin: shape.map((size, i) => i < spatial ? size - 1 : 0),
    size: shape,
    steps: shape.map((_, i) => i < spatial ? -1 : 1),
  });
}

/** `[...size,A,B] -> [...size,B,A]`. */
function swapChannels(builder: GraphBuilder, filter: Node): Node {
  return builder.transpose(filter, swapLastTwo(filter.type.shape.length));
}

const forward: Lowering = (call) => {
  const { builder } = call;
  const x = call.input("x");
  const filter = call.input("filter");
  const window = convolutionWindow(call, x.type.shape, filter.type.shape);
  const batch = x.type.shape[0]!;
  if (prefersPatches(batch, filter.type.shape, window)) {
    const product = builder.add("MatMul", [
      patches(builder, x, window),
      rows(builder, filter),
    ], { transposeA: false, transposeB: false });
    return builder.reshape(product, [
      batch,
      ...window.to,
      filter.type.shape.at(-1)!,
    ]);
  }
  const block = call.target.channelBlock;
  const [channels, filters] = filter.type.shape.slice(-2) as [number, number];
  if (fitsBlocks(block, channels, filters, window)) {
    return blockedConvolution(builder, x, filter, window, block);
  }
  const { patchBytes } = call.target;
  if (fitsPatches(patchBytes, window)) {
    return patchedConvolution(builder, x, filter, window, patchBytes);
  }
  const result = builder.add("Conv", [
    channelsFirst(builder, x),
    filterFirst(builder, filter),
  ], { ...attributesOf(window), groups: 1 });
  return channelsLast(builder, result);
};

/**
 * The gradient with respect to the input: a convolution of `dy`, spread apart
 * by the strides, with the filter flipped in space and transposed in channels.
 */
function inputGradient(
  call: KernelCall,
  dy: Node,
  filter: Node,
  inputShape: readonly number[],
): Node {
  const { builder } = call;
  const window = convolutionWindow(call, inputShape, filter.type.shape);
  if (prefersPatches(inputShape[0]!, filter.type.shape, window)) {
    const product = builder.add("MatMul", [
      rows(builder, dy),
      rows(builder, filter),
    ], { transposeA: false, transposeB: true });
    return gatherPatches(builder, product, window, inputShape);
  }
  const attributes = transposedAttributes(call, window);
  const block = call.target.channelBlock;
  const [channels, filters] = filter.type.shape.slice(-2) as [number, number];
  if (fitsBlocks(block, channels, filters, window)) {
    return blockedConvolution(
      builder,
      dy,
      flip(builder, filter),
      backOf(window, attributes.pads),
      block,
      true,
    );
  }
  const { patchBytes } = call.target;
  if (fitsPatches(patchBytes, window)) {
    return patchedConvolution(
      builder,
      dy,
      swapChannels(builder, flip(builder, filter)),
      backOf(window, attributes.pads),
      patchBytes,
    );
  }
  const result = builder.add("Conv", [
    channelsFirst(builder, spread(builder, dy, window)),
    filterFirst(builder, flip(builder, filter), true),
  ], { ...attributes, groups: 1 });
  return channelsLast(builder, result);
}

/**
 * The gradient with respect to the filter: one matrix product for each tap, or
 * one of all patches.
 */
function filterGradient(
  call: KernelCall,
  x: Node,
  dy: Node,
  filterShape: readonly number[],
): Node {
  const { builder } = call;
  const window = convolutionWindow(call, x.type.shape, filterShape);
  const gradientRows = rows(builder, dy);
  if (prefersPatches(x.type.shape[0]!, filterShape, window)) {
    const product = builder.add("MatMul", [
      patches(builder, x, window),
      gradientRows,
    ], { transposeA: true, transposeB: false });
    return builder.reshape(product, filterShape);
  }
  const block = call.target.channelBlock;
  const [channels, filters] = filterShape.slice(-2) as [number, number];
  if (
    fitsBlocks(block, channels, filters, window) &&
    gradientFitsBlocks(block, x.type.shape[0]!, window)
  ) {
    return blockedFilterGradient(builder, x, dy, window, block);
  }
  const { patchBytes } = call.target;
  if (fitsPatches(patchBytes, window)) {
    const { pads } = transposedAttributes(call, window);
    const back = backOf(window, pads);
    return flip(
      builder,
      patchedFilterGradient(builder, x, dy, back, patchBytes),
    );
  }
  const padded = padSpatial(builder, x, window);
  const products = tapsOf(window).map((tap) =>
    builder.add("MatMul", [
      rows(builder, sliceTap(builder, padded, window, tap)),
      gradientRows,
    ], { transposeA: true, transposeB: false })
  );
  return builder.reshape(builder.concat(products, 0), filterShape);
}

function attributesOf({ strides, dilations, pads }: Window): {
  strides: readonly number[];
  dilations: readonly number[];
  pads: Window["pads"];
} {
  return { strides, dilations, pads };
}

/** Where the window stands that carries a gradient back, for strides of one. */
function backOf(
  { size, from, to }: Window,
  pads: Window["pads"],
): Place {
  return { size, from: to, to: from, pads };
}

/** The window of the convolution that carries a gradient back. */
function transposedAttributes(
  call: KernelCall,
  window: Window,
): ReturnType<typeof attributesOf> {
  const pads = window.from.map((from, axis) => {
    const reach = window.dilations[axis]! * (window.size[axis]! - 1);
    const spreadSize = (window.to[axis]! - 1) * window.strides[axis]! + 1;
    const before = reach - window.pads[axis]![0];
    const after = from + reach - spreadSize - before;
    require(
      call,
      before >= 0 && after >= 0,
      `padding must not exceed the filter's reach ${reach}: ` +
        `current padding is [${window.pads[axis]}]`,
    );
    return [before, after] as const;
  });
  return {
    strides: window.strides.map(() => 1),
    dilations: window.dilations,
    pads,
  };
}

/** `[kh,kw,C,M] -> [C*M,1,kh,kw]`. */
function depthwiseFilter(builder: GraphBuilder, filter: Node): Node {
  const [kh, kw, c, m] = filter.type.shape as [number, number, number, number];
  return builder.reshape(builder.transpose(filter, [2, 3, 0, 1]), [
    c * m,
    1,
    kh,
    kw,
  ]);
}

const depthwise: Lowering = (call) => {
  const { builder } = call;
  const x = call.input("x");
  const filter = call.input("filter");
  const window = convolutionWindow(call, x.type.shape, filter.type.shape, true);
  const result = builder.add("Conv", [
    channelsFirst(builder, x),
    depthwiseFilter(builder, filter),
  ], { ...attributesOf(window), groups: x.type.shape.at(-1)! });
  return channelsLast(builder, result);
};

const depthwiseInput: Lowering = (call) => {
  const { builder } = call;
  const dy = call.input("dy");
  const filter = call.input("filter");
  const inputShape = call.attributes.inputShape as number[];
  const window = convolutionWindow(call, inputShape, filter.type.shape, true);
  const result = builder.add("Conv", [
    channelsFirst(builder, spread(builder, dy, window)),
    builder.transpose(flip(builder, filter), [2, 3, 0, 1]),
  ], {
    ...transposedAttributes(call, window),
    groups: inputShape.at(-1)!,
  });
  return channelsLast(builder, result);
};

const depthwiseFilterGradient: Lowering = (call) => {
  const { builder } = call;
  const x = call.input("x");
  const dy = call.input("dy");
  const filterShape = call.attributes.filterShape as number[];
  const [, , c, m] = filterShape as [number, number, number, number];
  const window = convolutionWindow(call, x.type.shape, filterShape, true);
  const padded = padSpatial(builder, x, window);
  const count = sizeOf(dy.type.shape) / (c * m);
  const gradient = builder.reshape(dy, [count, c, m]);
  const taps = tapsOf(window).map((tap) => {
    const seen = builder.reshape(
      sliceTap(builder, padded, window, tap),
      [count, c, 1],
    );
    return builder.add("ReduceSum", [
      builder.elementwise("Mul", seen, gradient),
    ], { axes: [0], keepDims: true });
  });
  return builder.reshape(builder.concat(taps, 0), filterShape);
};

/** Lowerings of convolutions and their gradients. */
export const CONVOLUTION: Lowerings = {
  Conv2D: forward,
  Conv3D: forward,
  Conv2DBackpropInput: (call) =>
    inputGradient(
      call,
      call.input("dy"),
      call.input("filter"),
      call.attributes.inputShape,
    ),
  Conv3DBackpropInputV2: (call) =>
    inputGradient(
      call,
      call.input("dy"),
      call.input("filter"),
      call.attributes.inputShape,
    ),
  Conv2DBackpropFilter: (call) =>
    filterGradient(
      call,
      call.input("x"),
      call.input("dy"),
      call.attributes.filterShape,
    ),
  Conv3DBackpropFilterV2: (call) =>
    filterGradient(
      call,
      call.input("x"),
      call.input("dy"),
      call.attributes.filterShape,
    ),
  DepthwiseConv2dNative: depthwise,
  DepthwiseConv2dNativeBackpropInput: depthwiseInput,
  DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient,
};
