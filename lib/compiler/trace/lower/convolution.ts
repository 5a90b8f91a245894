import { sizeOf } from "../../../core/mod.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import type { WindowAttributes } from "../../ir/op_attributes.ts";
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
  return builder.op("Slice", [filter], {
    begin: shape.map((size, i) => i < spatial ? size - 1 : 0),
    size: shape,
    steps: shape.map((_, i) => i < spatial ? -1 : 1),
  });
}

/** Which of the faster forms a convolution may take on a target. */
function formsFor(
  { target: { channelBlock, patchBytes } }: KernelCall,
  filterShape: readonly number[],
  window: Window,
): { block: number | undefined; patchBytes: number | undefined } {
  const [channels, filters] = filterShape.slice(-2) as [number, number];
  return {
    block: fitsBlocks(channelBlock, channels, filters, window)
      ? channelBlock
      : undefined,
    patchBytes: fitsPatches(patchBytes, window) ? patchBytes : undefined,
  };
}

const forward: Lowering = (call) => {
  const { builder, input } = call;
  const [x, filter] = [input("x"), input("filter")];
  const filterShape = filter.type.shape;
  const window = convolutionWindow(call, x.type.shape, filterShape);
  const batch = x.type.shape[0]!;
  if (prefersPatches(batch, filterShape, window)) {
    const product = builder.matMul(
      patches(builder, x, window),
      rows(builder, filter),
    );
    return builder.reshape(product, [batch, ...window.to, filterShape.at(-1)!]);
  }
  const { block, patchBytes } = formsFor(call, filterShape, window);
  if (block !== undefined) {
    return blockedConvolution(builder, x, filter, window, block);
  }
  if (patchBytes !== undefined) {
    return patchedConvolution(builder, x, filter, window, patchBytes);
  }
  const result = builder.op("Conv", [
    channelsFirst(builder, x),
    filterFirst(builder, filter),
  ], { ...attributesOf(window), groups: 1 });
  return channelsLast(builder, result);
};

/**
 * The gradient with respect to the input: a convolution of `dy`, spread apart
 * by the strides, with the filter flipped in space and transposed in channels.
 */
const inputGradient: Lowering = (call) => {
  const { builder, input } = call;
  const inputShape: number[] = call.attributes.inputShape;
  const [dy, filter] = [input("dy"), input("filter")];
  const filterShape = filter.type.shape;
  const window = convolutionWindow(call, inputShape, filterShape);
  if (prefersPatches(inputShape[0]!, filterShape, window)) {
    const product = builder.matMul(
      rows(builder, dy),
      rows(builder, filter),
      false,
      true,
    );
    return gatherPatches(builder, product, window, inputShape);
  }
  const attributes = transposedAttributes(call, window);
  const back = backOf(window, attributes.pads);
  const { block, patchBytes } = formsFor(call, filterShape, window);
  if (block !== undefined) {
    const flipped = flip(builder, filter);
    return blockedConvolution(builder, dy, flipped, back, block, true);
  }
  if (patchBytes !== undefined) {
    const flipped = flip(builder, filter);
    const swapped = builder.transpose(
      flipped,
      swapLastTwo(filterShape.length),
    ); // [...size,C,K] -> [...size,K,C]
    return patchedConvolution(builder, dy, swapped, back, patchBytes);
  }
  const result = builder.op("Conv", [
    channelsFirst(builder, spread(builder, dy, window)),
    filterFirst(builder, flip(builder, filter), true),
  ], { ...attributes, groups: 1 });
  return channelsLast(builder, result);
};

/**
 * The gradient with respect to the filter: one matrix product for each tap, or
 * one of all patches.
 */
const filterGradient: Lowering = (call) => {
  const { builder, input } = call;
  const filterShape: number[] = call.attributes.filterShape;
  const [x, dy] = [input("x"), input("dy")];
  const window = convolutionWindow(call, x.type.shape, filterShape);
  const gradientRows = rows(builder, dy);
  const product = (seen: Node): Node =>
    builder.matMul(seen, gradientRows, true);
  if (prefersPatches(x.type.shape[0]!, filterShape, window)) {
    return builder.reshape(product(patches(builder, x, window)), filterShape);
  }
  const { block, patchBytes } = formsFor(call, filterShape, window);
  if (
    block !== undefined && gradientFitsBlocks(block, x.type.shape[0]!, window)
  ) {
    return blockedFilterGradient(builder, x, dy, window, block);
  }
  if (patchBytes !== undefined) {
    const back = backOf(window, transposedAttributes(call, window).pads);
    const flipped = patchedFilterGradient(builder, x, dy, back, patchBytes);
    return flip(builder, flipped);
  }
  const padded = padSpatial(builder, x, window);
  const taps = tapsOf(window).map((tap) =>
    product(rows(builder, sliceTap(builder, padded, window, tap)))
  );
  return builder.reshape(builder.concat(taps, 0), filterShape);
};

function attributesOf(
  { strides, dilations, pads }: WindowAttributes,
): WindowAttributes {
  return { strides, dilations, pads };
}

/** The window of the convolution that carries a gradient back, for strides of one. */
function backOf({ size, from, to }: Window, pads: Window["pads"]): Place {
  return { size, from: to, to: from, pads };
}

/** The attributes of the convolution that carries a gradient back. */
function transposedAttributes(
  call: KernelCall,
  window: Window,
): WindowAttributes {
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
  const strides = window.strides.map(() => 1);
  return { strides, dilations: window.dilations, pads };
}

const depthwise: Lowering = (call) => {
  const { builder, input } = call;
  const [x, filter] = [input("x"), input("filter")];
  const window = convolutionWindow(call, x.type.shape, filter.type.shape, true);
  const [kh, kw, c, m] = filter.type.shape as [number, number, number, number];
  const first = channelsFirst(builder, x);
  const moved = builder.transpose(filter, [2, 3, 0, 1]); // [C,M,kh,kw]
  const result = builder.op("Conv", [
    first,
    builder.reshape(moved, [c * m, 1, kh, kw]),
  ], { ...attributesOf(window), groups: x.type.shape.at(-1)! });
  return channelsLast(builder, result);
};

const depthwiseInputGradient: Lowering = (call) => {
  const { builder, input } = call;
  const [dy, filter] = [input("dy"), input("filter")];
  const inputShape: number[] = call.attributes.inputShape;
  const window = convolutionWindow(call, inputShape, filter.type.shape, true);
  const attributes = transposedAttributes(call, window);
  const result = builder.op("Conv", [
    channelsFirst(builder, spread(builder, dy, window)),
    builder.transpose(flip(builder, filter), [2, 3, 0, 1]),
  ], { ...attributes, groups: inputShape.at(-1)! });
  return channelsLast(builder, result);
};

const depthwiseFilterGradient: Lowering = (call) => {
  const { builder, input } = call;
  const [x, dy] = [input("x"), input("dy")];
  const filterShape: number[] = call.attributes.filterShape;
  const [, , c, m] = filterShape as [number, number, number, number];
  const window = convolutionWindow(call, x.type.shape, filterShape, true);
  const padded = padSpatial(builder, x, window);
  const count = sizeOf(dy.type.shape) / (c * m);
  const gradient = builder.reshape(dy, [count, c, m]);
  const taps = tapsOf(window).map((tap) => {
    const seen = sliceTap(builder, padded, window, tap);
    const column = builder.reshape(seen, [count, c, 1]);
    return builder.sum(builder.mul(column, gradient), [0], true);
  });
  return builder.reshape(builder.concat(taps, 0), filterShape);
};

/** Lowerings of convolutions and their gradients. */
export const CONVOLUTION: Lowerings = {
  Conv2D: forward,
  Conv3D: forward,
  Conv2DBackpropInput: inputGradient,
  Conv3DBackpropInputV2: inputGradient,
  Conv2DBackpropFilter: filterGradient,
  Conv3DBackpropFilterV2: filterGradient,
  DepthwiseConv2dNative: depthwise,
  DepthwiseConv2dNativeBackpropInput: depthwiseInputGradient,
  DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient,
};
