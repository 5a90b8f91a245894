import { sizeOf } from "../../../core/mod.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import {
  padSpatial,
  placeTap,
  sliceTap,
  spread,
  tapsOf,
  type Window,
} from "./window.ts";

/**
 * Whether a convolution is faster as one matrix product of patches. The
 * runtime's convolution needs the filter in another order, which costs more
 * than laying out the patches where the window has few positions.
 */
export function prefersPatches(
  batch: number,
  filterShape: readonly number[],
  window: Window,
): boolean {
  return isPointwise(window) ||
    batch * sizeOf(window.to) <= filterShape.at(-1)!;
}

/** Whether the window is one cell that visits every cell once. */
function isPointwise({ size, strides, pads }: Window): boolean {
  return sizeOf(size) === 1 && sizeOf(strides) === 1 &&
    pads.every(([before, after]) => before === 0 && after === 0);
}

/** Matrix of all but the last axis: `[...,C] -> [.,C]`. */
export function rows(builder: GraphBuilder, x: Node): Node {
  const channels = x.type.shape.at(-1)!;
  return builder.reshape(x, [sizeOf(x.type.shape) / channels, channels]);
}

/** The patches of a convolution (im2col): `[N,...from,C] -> [N*to,size*C]`. */
export function patches(
  builder: GraphBuilder,
  x: Node,
  window: Window,
): Node {
  const padded = padSpatial(builder, x, window);
  return patchesOfTaps(builder, padded, window, tapsOf(window));
}

/** The patches of some taps alone: `[N,...padded,C] -> [N*to,taps*C]`. */
export function patchesOfTaps(
  builder: GraphBuilder,
  padded: Node,
  window: Window,
  taps: readonly (readonly number[])[],
): Node {
  return builder.concat(
    taps.map((tap) => rows(builder, sliceTap(builder, padded, window, tap))),
    1,
  );
}

/** The gradient of {@link patches}: each patch added back to its place (col2im). */
export function gatherPatches(
  builder: GraphBuilder,
  gradient: Node,
  window: Window,
  inputShape: readonly number[],
): Node {
  const [batch, channels] = [inputShape[0]!, inputShape.at(-1)!];
  const [places] = gradient.type.shape as [number, number];
  return tapsOf(window).map((tap, i) => {
    const seen = builder.slice(gradient, [0, i * channels], [places, channels]);
    const grid = builder.reshape(seen, [batch, ...window.to, channels]);
    return placeTap(builder, spread(builder, grid, window), window, tap);
  }).reduce(builder.add);
}
