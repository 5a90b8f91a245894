import { BYTES_PER_ELEMENT, sizeOf } from "../../../core/mod.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import { patchesOfTaps, rows } from "./patches.ts";
import {
  movesByOne,
  padSpatial,
  type Place,
  tapsOf,
  type Window,
} from "./window.ts";

/**
 * Convolutions as products of patches with the filter (im2col), for devices
 * that multiply matrices far faster than they convolve videos. Where the
 * patches of all taps would take too much memory, those of some taps are laid
 * out at a time, as many as fit, at least one. Both gradients share the patches
 * of the result's gradient, which live until both are made.
 */

/** Whether patches fit a convolution: of a video, with strides of one. */
export function fitsPatches(
  patchBytes: number | undefined,
  window: Window,
): patchBytes is number {
  return patchBytes !== undefined && window.size.length === 3 &&
    movesByOne(window);
}

/**
 * The convolution itself, or the one that carries a gradient back.
 *
 * @param x `[N,...from,C]`
 * @param filter `[...size,C,K]`
 * @param patchBytes Most bytes of patches at a time.
 * @returns `[N,...to,K]`
 */
export function patchedConvolution(
  builder: GraphBuilder,
  x: Node,
  filter: Node,
  place: Place,
  patchBytes: number,
): Node {
  const filters = filter.type.shape.at(-1)!;
  const weights = rows(builder, filter); // [taps*C,K]
  let from = 0;
  const products = patchesOf(builder, x, place, patchBytes).map((patches) => {
    const width = patches.type.shape[1]!;
    const part = builder.slice(weights, [from, 0], [width, filters]);
    from += width;
    return builder.matMul(patches, part);
  });
  return builder.reshape(
    products.reduce(builder.add),
    [x.type.shape[0]!, ...place.to, filters],
  );
}

/**
 * The gradient with respect to the filter, flipped in space: the product of `x`
 * with the same patches of `dy` that carry the gradient back to `x`, so that
 * they are laid out once for both.
 *
 * @param x `[N,...from,C]`
 * @param dy `[N,...to,K]`
 * @param back Of the convolution that carries `dy` back to `x`.
 * @returns `[...size,C,K]`, flipped in space
 */
export function patchedFilterGradient(
  builder: GraphBuilder,
  x: Node,
  dy: Node,
  back: Place,
  patchBytes: number,
): Node {
  const channels = x.type.shape.at(-1)!;
  const filters = dy.type.shape.at(-1)!;
  const parts = patchesOf(builder, dy, back, patchBytes).map((patches) =>
    builder.matMul(rows(builder, x), patches, true)
  );
  const taps = builder.reshape(builder.concat(parts, 1), [
    channels,
    sizeOf(back.size),
    filters,
  ]);
  return builder.reshape(builder.transpose(taps, [1, 0, 2]), [
    ...back.size,
    channels,
    filters,
  ]);
}

/** The patches of some taps at a time: `[N*to,taps*C]` each. */
function patchesOf(
  builder: GraphBuilder,
  x: Node,
  place: Place,
  patchBytes: number,
): Node[] {
  const ones = place.size.map(() => 1);
  const window: Window = { ...place, strides: ones, dilations: ones };
  const padded = padSpatial(builder, x, window);
  const taps = tapsOf(window);
  const [batch, channels] = [x.type.shape[0]!, x.type.shape.at(-1)!];
  const tapBytes = BYTES_PER_ELEMENT.float32 * batch * sizeOf(place.to) *
    channels;
  // As even as possible: three times nine rather than twice thirteen and one.
  const most = Math.max(1, Math.floor(patchBytes / tapBytes));
  const together = Math.ceil(taps.length / Math.ceil(taps.length / most));
  const patches: Node[] = [];
  for (let first = 0; first < taps.length; first += together) {
    const some = taps.slice(first, first + together);
    patches.push(patchesOfTaps(builder, padded, window, some));
  }
  return patches;
}
