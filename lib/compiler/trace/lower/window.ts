import { backend_util } from "@tensorflow/tfjs-core";
import { sameShape, shapeText } from "../../../core/mod.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import type { WindowAttributes } from "../../ir/op_attributes.ts";
import { type KernelCall, require } from "../kernel_call.ts";

/** How a window slides over the spatial axes of a channels-last value. */
export interface Window extends WindowAttributes {
  /** Size of the window along each spatial axis. */
  readonly size: readonly number[];
  /** Input sizes along each spatial axis. */
  readonly from: readonly number[];
  /** Output sizes along each spatial axis. */
  readonly to: readonly number[];
}

/** A window with strides of one. */
export type Place = Pick<Window, "size" | "from" | "to" | "pads">;

/** Whether a window moves by one, over an input padded by less than its size. */
export function movesByOne(
  { strides, dilations, size, pads }: Window,
): boolean {
  return [...strides, ...dilations].every((step) => step === 1) &&
    pads.every((sides, axis) => Math.max(...sides) < size[axis]!);
}

/** Positions inside the window, in row-major order. */
export function tapsOf({ size }: Window): number[][] {
  return size.reduce<number[][]>(
    (taps, extent) =>
      taps.flatMap((tap) =>
        Array.from({ length: extent }, (_, i) => [...tap, i])
      ),
    [[]],
  );
}

/** Resolves a convolution's strides and padding, as TF.js does, 2-D or 3-D. */
export function convolutionWindow(
  call: KernelCall,
  input: readonly number[],
  filter: readonly number[],
  depthwise = false,
): Window {
  const { strides, pad, dilations = 1, dataFormat, dimRoundingMode } =
    call.attributes;
  const expected = input.length === 5 ? "NDHWC" : "NHWC";
  require(
    call,
    dataFormat === undefined || dataFormat === expected,
    `dataFormat must be "${expected}": current value is "${dataFormat}"`,
  );
  if (input.length === 5) {
    return checked(
      call,
      window3d(backend_util.computeConv3DInfo(
        input as never,
        filter as never,
        strides,
        dilations,
        pad,
      )),
    );
  }
  return checked(
    call,
    window2d(backend_util.computeConv2DInfo(
      input as never,
      filter as never,
      strides,
      dilations,
      pad,
      dimRoundingMode,
      depthwise,
    )),
  );
}

/** Resolves a pooling window, 2-D or 3-D. */
export function poolingWindow(
  call: KernelCall,
  input: readonly number[],
): Window {
  const { filterSize, strides, pad, dimRoundingMode } = call.attributes;
  return checked(
    call,
    input.length === 5
      ? window3d(backend_util.computePool3DInfo(
        input as never,
        filterSize,
        strides,
        1,
        pad,
        dimRoundingMode,
      ))
      : window2d(backend_util.computePool2DInfo(
        input as never,
        filterSize,
        strides,
        1,
        pad,
        dimRoundingMode,
      )),
  );
}

/**
 * With padding as one number TF.js assumes a window of equal sides, and with a
 * rounding mode it may count positions that stick out.
 */
function checked(call: KernelCall, window: Window): Window {
  const { size, from, to, strides, dilations, pads } = window;
  const places = from.map((extent, axis) => {
    const [before, after] = pads[axis]!;
    const reach = dilations[axis]! * (size[axis]! - 1) + 1;
    return Math.floor((extent + before + after - reach) / strides[axis]!) + 1;
  });
  require(
    call,
    sameShape(places, to),
    `the window must have the ${shapeText(to)} positions of TF.js: ` +
      `it has ${shapeText(places)}`,
  );
  return window;
}

function window2d(info: backend_util.Conv2DInfo): Window {
  const { top, bottom, left, right } = info.padInfo;
  return {
    size: [info.filterHeight, info.filterWidth],
    from: [info.inHeight, info.inWidth],
    to: [info.outHeight, info.outWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: [[top, bottom], [left, right]],
  };
}

function window3d(info: backend_util.Conv3DInfo): Window {
  const { front, back, top, bottom, left, right } = info.padInfo;
  return {
    size: [info.filterDepth, info.filterHeight, info.filterWidth],
    from: [info.inDepth, info.inHeight, info.inWidth],
    to: [info.outDepth, info.outHeight, info.outWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    dilations: [info.dilationDepth, info.dilationHeight, info.dilationWidth],
    pads: [[front, back], [top, bottom], [left, right]],
  };
}

/** Pads the spatial axes of `[N,...spatial,C]` by the pads of the window. */
export function padSpatial(
  builder: GraphBuilder,
  x: Node,
  window: Window,
  value = 0,
): Node {
  const pads = [[0, 0] as const, ...window.pads, [0, 0] as const];
  return value === 0
    ? builder.pad(x, pads)
    : builder.op("Pad", [x], { pads, mode: "constant", value });
}

/**
 * The cells under one tap of the window, for every position of it:
 * `[N,...padded,C] -> [N,...to,C]`.
 */
export function sliceTap(
  builder: GraphBuilder,
  padded: Node,
  window: Window,
  tap: readonly number[],
): Node {
  const batch = padded.type.shape[0]!;
  const channels = padded.type.shape.at(-1)!;
  const size = [batch, ...window.to, channels];
  const begin = [0, ...tap.map((i, axis) => i * window.dilations[axis]!), 0];
  const steps = [1, ...window.strides, 1];
  return steps.every((step) => step === 1)
    ? builder.slice(padded, begin, size)
    : builder.op("Slice", [padded], { begin, size, steps });
}

/**
 * Spreads the positions of a strided window apart, with zeros between:
 * `[N,...to,C] -> [N,...(to-1)*stride+1,C]`.
 */
export function spread(builder: GraphBuilder, x: Node, window: Window): Node {
  return window.strides.reduce((spreadSoFar, stride, axis) => {
    if (stride === 1) return spreadSoFar;
    const at = axis + 1;
    const { shape } = spreadSoFar.type;
    const apart = builder.reshape(spreadSoFar, shape.toSpliced(at + 1, 0, 1));
    const padded = builder.pad(
      apart,
      apart.type.shape.map((_, i) => [0, i === at + 1 ? stride - 1 : 0]),
    );
    const joined = builder.reshape(padded, shape.with(at, shape[at]! * stride));
    return builder.slice(
      joined,
      shape.map(() => 0),
      shape.with(at, (shape[at]! - 1) * stride + 1),
    );
  }, x);
}

/**
 * The reverse of {@link sliceTap}: puts the values of one tap back, zeros
 * elsewhere, without the padding: `[N,...spread,C] -> [N,...from,C]`.
 */
export function placeTap(
  builder: GraphBuilder,
  spreadValues: Node,
  window: Window,
  tap: readonly number[],
): Node {
  const { shape } = spreadValues.type;
  const pads = window.from.map((from, axis) => {
    const begin = tap[axis]! * window.dilations[axis]!;
    const [before, after] = window.pads[axis]!;
    return [begin, from + before + after - begin - shape[axis + 1]!] as const;
  });
  const placed = builder.pad(spreadValues, [[0, 0], ...pads, [0, 0]]);
  return builder.slice(
    placed,
    [0, ...window.pads.map(([before]) => before), 0],
    [shape[0]!, ...window.from, shape.at(-1)!],
  );
}

/** `[N,...spatial,C] -> [N,C,...spatial]`. */
export function channelsFirst(builder: GraphBuilder, x: Node): Node {
  const rank = x.type.shape.length;
  const spatial = Array.from({ length: rank - 2 }, (_, i) => i + 1);
  return builder.transpose(x, [0, rank - 1, ...spatial]);
}

/** `[N,C,...spatial] -> [N,...spatial,C]`. */
export function channelsLast(builder: GraphBuilder, x: Node): Node {
  const rank = x.type.shape.length;
  const spatial = Array.from({ length: rank - 2 }, (_, i) => i + 2);
  return builder.transpose(x, [0, ...spatial, 1]);
}
