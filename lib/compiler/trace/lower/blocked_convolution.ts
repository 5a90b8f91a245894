import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node } from "../../ir/graph.ts";
import { movesByOne, type Place, type Window } from "./window.ts";

/**
 * Convolutions over channels in blocks of a vector register, as MLAS computes
 * them: without laying out patches, at nearly the speed of a matrix product
 * even where channels are few. The runtime's operator takes 2-D pictures; a
 * convolution over time is the sum of one for each of the filter's frames.
 */

/** A value for each of time, height and width. */
type Triple<T> = readonly [T, T, T];

type Pads = readonly [before: number, after: number];

/** A window over `[T,H,W]`; a 2-D window is one frame long. */
interface VideoWindow {
  /** Size `[kt,kh,kw]`. */
  readonly size: Triple<number>;
  readonly from: Triple<number>;
  readonly to: Triple<number>;
  readonly pads: Triple<Pads>;
}

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
  const [frames, height, width] = from;
  const frameSize = channels * height * width;
  const blocked = builder.op("BlockChannels", [
    builder.reshape(x, [batch * frames, height * width, channels]),
  ], { block, channelsLast: true });
  const weights = blockedFilter(builder, filter, size, block, swapped);
  const tapShape = weights.type.shape.slice(1);
  const whole = builder.reshape(blocked, [batch, frames, frameSize]);
  const padded = builder.pad(whole, [[0, 0], pads[0], [0, 0]]);
  const seenShape = [batch * to[0], channels / block, height, width, block];
  let sum: Node | undefined;
  for (let tap = 0; tap < size[0]; tap++) {
    // The tap that reads each frame in its own place needs no copy.
    const inPlace = tap === pads[0][0] && to[0] === frames;
    const seen = inPlace
      ? whole
      : builder.slice(padded, [0, tap, 0], [batch, to[0], frameSize]);
    const images = builder.reshape(seen, seenShape);
    const begin = [tap, ...tapShape.map(() => 0)];
    const tapWeights = builder.slice(weights, begin, [1, ...tapShape]);
    sum = builder.op("BlockedConv", [
      images,
      builder.reshape(tapWeights, tapShape),
      ...(sum ? [sum] : []),
    ], { pads: [pads[1], pads[2]] });
  }
  const places = to[1] * to[2];
  const result = builder.op("UnblockChannels", [
    builder.reshape(sum!, [batch * to[0], filters / block, places, block]),
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
  const [rows, columns] = [first / block, second / block];
  if (swapped) {
    // Cells of one block by one block turn about while channels are blocked;
    // after that they move whole, which is ten times faster.
    const turned = builder.op("BlockChannels", [
      builder.reshape(filter, [kt * kh * kw * rows, block, second]),
    ], { block, channelsLast: false });
    const cellSize = block * block;
    const cells = builder.transpose(
      builder.reshape(turned, [kt, kh * kw, rows, columns, cellSize]),
      [0, 2, 3, 1, 4],
    );
    return builder.reshape(cells, [kt, rows, columns, kh, kw, block, block]);
  }
  return builder.transpose(
    builder.reshape(filter, [kt, kh, kw, rows, block, columns, block]),
    [0, 5, 3, 1, 2, 4, 6],
  );
}

/**
 * Whether the filter's gradient is worth doing in blocks too. Its blocks are of
 * pictures, the last one filled up with zeros: at half a block it still wins.
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
  const count = batch * from[0];
  const pictures = Math.ceil(count / block);
  const missing = pictures * block - count;
  const [height, width] = [1, 2].map((axis) =>
    from[axis]! + pads[axis]![0] + pads[axis]![1]
  ) as [number, number];
  const padded = builder.pad(
    builder.reshape(x, [count, from[1], from[2], channels]),
    [[0, missing], pads[1], pads[2], [0, 0]],
  );
  const together = builder.op("BlockChannels", [
    builder.reshape(padded, [1, pictures * block, height * width * channels]),
  ], { block, channelsLast: false });
  const images = builder.reshape(
    builder.transpose(
      builder.reshape(together, [pictures, height * width, channels, block]),
      [2, 0, 1, 3],
    ),
    [channels, pictures, height, width, block],
  );
  // Time is shifted on the side of dy, which needs no padding in space.
  const [kt, kh, kw] = size;
  const places = to[1] * to[2];
  const groups = filters / block;
  const frames = builder.pad(
    builder.reshape(dy, [batch, to[0], places * filters]),
    [[0, 0], [kt - 1 - pads[0][0], kt - 1 - pads[0][1]], [0, 0]],
  );
  const taps = Array.from({ length: kt }, (_, tap) => {
    const shifted = builder.slice(
      frames,
      [0, kt - 1 - tap, 0],
      [batch, from[0], places * filters],
    );
    const filled = builder.pad(
      builder.reshape(shifted, [count, places * filters]),
      [[0, missing], [0, 0]],
    );
    const weights = builder.transpose(
      builder.reshape(filled, [pictures, block, places, groups, block]),
      [3, 0, 2, 1, 4],
    );
    const product = builder.op("BlockedConv", [
      images,
      builder.reshape(weights, [groups, pictures, to[1], to[2], block, block]),
    ], { pads: [[0, 0], [0, 0]] });
    return builder.op("UnblockChannels", [
      builder.reshape(product, [channels, groups, kh * kw, block]),
    ], {}); // [C,kh*kw,K]
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

function overVideo({ size, from, to, pads }: Place): VideoWindow {
  const lift = <T>(values: readonly T[], single: T): Triple<T> => {
    const [height, width] = values.slice(-2) as [T, T];
    return [values.length === 2 ? single : values[0]!, height, width];
  };
  return {
    size: lift(size, 1),
    from: lift(from, 1),
    to: lift(to, 1),
    pads: lift<Pads>(pads, [0, 0]),
  };
}
