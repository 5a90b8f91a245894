import * as tf from "@tensorflow/tfjs-core";
import { Rng } from "lib/core/mod.ts";
import type * as z from "zod";
import { type conv3dFlags, tripleOf } from "./flags.ts";
import type { KernelCase } from "./kernel_case.ts";
import type { BenchResult } from "./result.ts";
import { runKernel } from "./run_kernel.ts";

/** Sizes of a convolution with a 3x3x3 window, stride 1 and zeros outside. */
export interface Conv3dSizes {
  readonly batch: number;
  readonly cells: readonly [time: number, height: number, width: number];
  readonly from: number;
  readonly to: number;
}

const SIDE = 3;
const TAPS = Array.from({ length: SIDE ** 3 }, (_, i) =>
  [
    Math.floor(i / SIDE ** 2),
    Math.floor(i / SIDE) % SIDE,
    i % SIDE,
  ] as const);

/** A convolution and both of its gradients. */
export function conv3dCase(
  { batch, cells, from, to }: Conv3dSizes,
): KernelCase {
  const rng = new Rng(1);
  const [T, H, W] = cells;
  const x = rng.normals([batch, T, H, W, from]);
  const dy = rng.normals([batch, T, H, W, to]);
  const filter = rng.normals([SIDE, SIDE, SIDE, from, to]);

  /** An element of `[B,T,H,W,channels]`, zero outside. */
  const cell = (
    data: Float32Array,
    channels: number,
    [b, t, h, w]: readonly number[],
    channel: number,
  ): number =>
    t! < 0 || t! >= T || h! < 0 || h! >= H || w! < 0 || w! >= W
      ? 0
      : data[(((b! * T + t!) * H + h!) * W + w!) * channels + channel]!;
  const weight = (tap: number, i: number, o: number): number =>
    filter.data[(tap * from + i) * to + o]!;
  /** The neighbour at a tap, of the forward or of the transposed convolution. */
  const moved = (
    [b, t, h, w]: readonly number[],
    [i, j, k]: readonly number[],
    sign: 1 | -1,
  ): number[] => [
    b!,
    t! + sign * (i! - 1),
    h! + sign * (j! - 1),
    w! + sign * (k! - 1),
  ];

  const outputAt = (index: readonly number[]): number => {
    let sum = 0;
    TAPS.forEach((tap, place) => {
      const at = moved(index, tap, 1);
      for (let i = 0; i < from; i++) {
        sum += cell(x.data, from, at, i) * weight(place, i, index[4]!);
      }
    });
    return sum;
  };
  const inputGradientAt = (index: readonly number[]): number => {
    let sum = 0;
    TAPS.forEach((tap, place) => {
      const at = moved(index, tap, -1);
      for (let o = 0; o < to; o++) {
        sum += cell(dy.data, to, at, o) * weight(place, index[4]!, o);
      }
    });
    return sum;
  };
  const filterGradientAt = (index: readonly number[]): number => {
    const [, , , i, o] = index as [number, number, number, number, number];
    let sum = 0;
    for (let b = 0; b < batch; b++) {
      for (let t = 0; t < T; t++) {
        for (let h = 0; h < H; h++) {
          for (let w = 0; w < W; w++) {
            const here = [b, t, h, w];
            sum += cell(x.data, from, moved(here, index, 1), i) *
              cell(dy.data, to, here, o);
          }
        }
      }
    }
    return sum;
  };

  return {
    name: "conv3d",
    inputs: { x, dy, filter },
    results: {
      y: { shape: dy.shape, reference: outputAt },
      inputGradient: { shape: x.shape, reference: inputGradientAt },
      filterGradient: { shape: filter.shape, reference: filterGradientAt },
    },
    compute({ x, dy, filter }) {
      const { value, grads } = tf.valueAndGrads(
        (x: tf.Tensor, filter: tf.Tensor) =>
          tf.conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, 1, "same"),
      )([x!, filter!], dy as tf.Tensor5D);
      return { y: value, inputGradient: grads[0]!, filterGradient: grads[1]! };
    },
    operations: 3 * 2 * batch * T * H * W * TAPS.length * from * to,
  };
}

/** `deno task bench conv3d`: forward, and the gradients of input and filter. */
export function benchConv3d(
  options: z.infer<typeof conv3dFlags>,
): Promise<BenchResult> {
  const { batch, from, to } = options;
  return runKernel({
    full: conv3dCase({ batch, cells: tripleOf(options.cells), from, to }),
    small: conv3dCase({ batch: 2, cells: [3, 4, 5], from: 2, to: 3 }),
    sizes: { batch, cells: options.cells, from, to },
  }, options);
}
