import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import { movesByOne, type Place, type Window } from "./window.ts";

/**
 * Convolutions over channels in blocks of a vector register, as MLAS computes
 * them: without laying out patches, at nearly the speed of a matrix product
 * even where channels are few. What follows takes 2-D pictures; time is the sum
 * of one such convolution for each of the filter's frames.
 */

/** A window over `[T,H,W]`; a 2-D window is one frame long. */
interface VideoWindow {
  /** Size `[kt,kh,kw]`. */
  readonly size: readonly [number, number, number];
  readonly from: readonly [number, number, number];
  readonly to: readonly [number, number, number];
  readonly pads: readonly [Pads, Pads, Pads];
}

type Pads = readonly [before: number, after: number];

/**
 * Whether a convolution can be done in blocks: whole blocks of channels on both
 * sides, and a window that moves by one and stays in touch with the input.
 */
export function fitsBlocks(
  block: number | undefined,
  channels: number,
  filters: number,
  window: Window,
): block is number {
  const { length: axes } = window.size;
  return block !== undefined && axes >= 2 && axes <= 3 &&
    channels % block === 0 && filters % block === 0 && movesByOne(window);
}

/**
 * The convolution itself, or the one that carries a gradient back.
 *
 * @param x `[N,...from,C]`
 * @param filter `[...size,C,K]`, or `[...size,K,C]` when swapped
 * @returns `[N,...to,K]`
 */
export function blockedConvolution(
  builder: GraphBuilder,
  x: Node,
  filter: Node,
  window: Place,
  block: number,
  swapped = false,
): Node {
  const { size, from, to, pads } = overVideo(window);
  const batch = x.type.shape[0]!;
  const channels = x.type.shape.at(-1)!;
  const filters = filter.type.shape.at(swapped ? -2 : -1)!;
  const [, height, width] = from;
  const blocked = builder.add("BlockChannels", [
    builder.reshape(x, [batch * from[0], height * width, channels]),
  ], { block, channelsLast: true }) as Node;
  const weights = blockedFilter(builder, filter, size, block, swapped);
  const frames = builder.reshape(blocked, [
    batch,
    from[0],
    channels * height * width,
  ]);
  const padded = builder.pad(frames, [[0, 0], pads[0], [0, 0]]);
  let sum: Node | undefined;
  for (let tap = 0; tap < size[0]; tap++) {
    // The tap that sees each frame in its own place needs no copy.
    const inPlace = tap === pads[0][0] && to[0] === from[0];
    const seen = inPlace ? frames : builder.slice(padded, [0, tap, 0], [
      batch,
      to[0],
      channels * height * width,
    ]);
    sum = builder.add("BlockedConv", [
      builder.reshape(seen, [
        batch * to[0],
        channels / block,
        height,
        width,
        block,
      ]),
      builder.reshape(
        builder.slice(
          weights,
          [tap, ...Array(6).fill(0)],
          weights.type.shape.with(0, 1),
        ),
        weights.type.shape.slice(1),
      ),
      ...(sum ? [sum] : []),
    ], { pads: [pads[1], pads[2]] });
  }
  const result = builder.add("UnblockChannels", [
    builder.reshape(sum!, [
      batch * to[0],
      filters / block,
      to[1] * to[2],
      block,
    ]),
  ], {});
  return builder.reshape(result, [batch, ...window.to, filters]);
}

/** `[...size,C,K] -> [kt,K/b,C/b,kh,kw,b of C,b of K]`; `[...size,K,C]` when swapped. */
function blockedFilter(
  builder: GraphBuilder,
  filter: Node,
  [kt, kh, kw]: VideoWindow["size"],
  block: number,
  swapped: boolean,
): Node {
  const [first, second] = filter.type.shape.slice(-2) as [number, number];
  if (swapped) {
    // Cells of one block by one block turn about while channels are blocked;
    // after that they move whole, which is ten times faster.
    const turned = builder.add("BlockChannels", [
      builder.reshape(filter, [kt * kh * kw * first / block, block, second]),
    ], { block, channelsLast: false }) as Node;
    const cells = builder.reshape(turned, [
      kt,
      kh * kw,
      first / block,
      second / block,
      block * block,
    ]);
    return builder.reshape(builder.transpose(cells, [0, 2, 3, 1, 4]), [
      kt,
      first / block,
      second / block,
      kh,
      kw,
      block,
      block,
    ]);
  }
  const inBlocks = builder.reshape(filter, [
    kt,
    kh,
    kw,
    first / block,
    block,
    second / block,
    block,
  ]);
  return builder.transpose(inBlocks, [0, 5, 3, 1, 2, 4, 6]);
}

/**
 * Whether the filter's gradient is worth doing in blocks too. These are of
 * pictures, the last one filled up: at half a block it still wins.
 */
export function gradientFitsBlocks(
  block: number,
  batch: number,
  window: Window,
): boolean {
  return 2 * batch * overVideo(window).from[0] >= block;
}

/**
 * The gradient with respect to the filter: `dy` slides over `x` as a filter
 * would, with the channels of `x` as the batch and its pictures as the channels.
 *
 * @param x `[N,...from,C]`
 * @param dy `[N,...to,K]`
 * @returns `[...size,C,K]`
 */
export function blockedFilterGradient(
  builder: GraphBuilder,
  x: Node,
  dy: Node,
  window: Window,
  block: number,
): Node {
  const { size, from, to, pads } = overVideo(window);
  const batch = x.type.shape[0]!;
  const channels = x.type.shape.at(-1)!;
  const filters = dy.type.shape.at(-1)!;
  const pictures = Math.ceil(batch * from[0] / block);
  const missing = pictures * block - batch * from[0];
  const [height, width] = [1, 2].map((axis) =>
    from[axis]! + pads[axis]![0] + pads[axis]![1]
  ) as [number, number];
  const padded = builder.pad(
    builder.reshape(x, [batch * from[0], from[1], from[2], channels]),
    [[0, missing], pads[1], pads[2], [0, 0]],
  );
  const together = builder.add("BlockChannels", [
    builder.reshape(padded, [1, pictures * block, height * width * channels]),
  ], { block, channelsLast: false }) as Node;
  const images = builder.reshape(
    builder.transpose(
      builder.reshape(together, [pictures, height * width, channels, block]),
      [2, 0, 1, 3],
    ),
    [channels, pictures, height, width, block],
  );
  // Time is shifted on the side of dy, which needs no padding in space.
  const [kt, kh, kw] = size;
  const frames = builder.pad(
    builder.reshape(dy, [batch, to[0], to[1] * to[2] * filters]),
    [[0, 0], [kt - 1 - pads[0][0], kt - 1 - pads[0][1]], [0, 0]],
  );
  const taps = Array.from({ length: kt }, (_, tap) => {
    const shifted = builder.slice(frames, [0, kt - 1 - tap, 0], [
      batch,
      from[0],
      to[1] * to[2] * filters,
    ]);
    const filled = builder.pad(
      builder.reshape(shifted, [batch * from[0], to[1] * to[2] * filters]),
      [[0, missing], [0, 0]],
    );
    const weights = builder.transpose(
      builder.reshape(filled, [
        pictures,
        block,
        to[1] * to[2],
        filters / block,
        block,
      ]),
      [3, 0, 2, 1, 4],
    );
    const product = builder.add("BlockedConv", [
      images,
      builder.reshape(weights, [
        filters / block,
        pictures,
        to[1],
        to[2],
        block,
        block,
      ]),
    ], { pads: [[0, 0], [0, 0]] }) as Node;
    return builder.add("UnblockChannels", [
      builder.reshape(product, [channels, filters / block, kh * kw, block]),
    ], {}) as Node; // [C,kh*kw,K]
  });
  const gradient = builder.transpose(
    builder.concat(
      taps.map((tap) => builder.reshape(tap, [channels, 1, kh * kw, filters])),
      1,
    ),
    [1, 2, 0, 3],
  );
  return builder.reshape(gradient, [...window.size, channels, filters]);
}

function overVideo(
  { size, from, to, pads }: Place,
): VideoWindow {
  const lift = <T>(values: readonly T[], single: T): never =>
    (values.length === 2 ? [single, ...values] : [...values]) as never;
  return {
    size: lift(size, 1),
    from: lift(from, 1),
    to: lift(to, 1),
    pads: lift<Pads>(pads, [0, 0]),
  };
}
