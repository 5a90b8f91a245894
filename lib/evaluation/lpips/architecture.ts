import type { Convolution } from "../_weights_file.ts";

/** The trunks that LPIPS is published for. */
export const TRUNKS = ["alex", "vgg", "squeeze"] as const;

/** Name of a trunk. */
export type Trunk = typeof TRUNKS[number];

/** A convolution with a ReLU, named as in torchvision's file: `features.0`. */
export interface TrunkConvolution extends Convolution {
  readonly stride: number;
  /** Zeros around the picture. */
  readonly pad: number;
}

/** One step of a trunk. */
export type TrunkStep =
  | { readonly convolution: TrunkConvolution }
  /** SqueezeNet's: a narrow convolution, then two side by side. */
  | {
    readonly squeeze: TrunkConvolution;
    readonly expand: readonly [TrunkConvolution, TrunkConvolution];
  }
  /** A maximum over 3x3 (or 2x2) at every second place; `ceil` counts places that stick out. */
  | { readonly pool: 2 | 3; readonly ceil: boolean };

const convolution = (
  index: number | string,
  from: number,
  to: number,
  window: number,
  { stride = 1, pad = (window - 1) / 2 } = {},
): { readonly convolution: TrunkConvolution } => ({
  convolution: { name: `features.${index}`, from, to, window, stride, pad },
});

const fire = (
  index: number,
  from: number,
  narrow: number,
  wide: number,
): TrunkStep => ({
  squeeze: convolution(`${index}.squeeze`, from, narrow, 1).convolution,
  expand: [
    convolution(`${index}.expand1x1`, narrow, wide, 1).convolution,
    convolution(`${index}.expand3x3`, narrow, wide, 3).convolution,
  ],
});

/** VGG16 (Simonyan and Zisserman 2014): 3x3 convolutions in five groups. */
function vgg(): TrunkStep[][] {
  const groups = [
    [64, 64],
    [128, 128],
    [256, 256, 256],
    [512, 512, 512],
    [512, 512, 512],
  ];
  let [index, from] = [0, 3];
  return groups.map((widths, group) => {
    const slice: TrunkStep[] = [];
    if (group > 0) {
      slice.push({ pool: 2, ceil: false });
      index++;
    }
    for (const to of widths) {
      slice.push(convolution(index, from, to, 3));
      index += 2; // the ReLU has a number of its own
      from = to;
    }
    return slice;
  });
}

const POOL: TrunkStep = { pool: 3, ceil: false };
const CEIL_POOL: TrunkStep = { pool: 3, ceil: true };

/**
 * The steps of each trunk, as torchvision builds and lpips slices it: LPIPS
 * compares the output of every slice.
 */
export const TRUNK_SLICES: Readonly<
  Record<Trunk, readonly (readonly TrunkStep[])[]>
> = {
  // Krizhevsky 2014, arXiv 1404.5997.
  alex: [
    [convolution(0, 3, 64, 11, { stride: 4, pad: 2 })],
    [POOL, convolution(3, 64, 192, 5)],
    [POOL, convolution(6, 192, 384, 3)],
    [convolution(8, 384, 256, 3)],
    [convolution(10, 256, 256, 3)],
  ],
  vgg: vgg(),
  // SqueezeNet 1.1 (Iandola et al. 2016, arXiv 1602.07360).
  squeeze: [
    [convolution(0, 3, 64, 3, { stride: 2, pad: 0 })],
    [CEIL_POOL, fire(3, 64, 16, 64), fire(4, 128, 16, 64)],
    [CEIL_POOL, fire(6, 128, 32, 128), fire(7, 256, 32, 128)],
    [CEIL_POOL, fire(9, 256, 48, 192)],
    [fire(10, 384, 48, 192)],
    [fire(11, 384, 64, 256)],
    [fire(12, 512, 64, 256)],
  ],
};

/** All convolutions of a trunk, in order. */
export function convolutionsOf(trunk: Trunk): TrunkConvolution[] {
  return TRUNK_SLICES[trunk].flat().flatMap((step) =>
    "convolution" in step
      ? [step.convolution]
      : "squeeze" in step
      ? [step.squeeze, ...step.expand]
      : []
  );
}

/** Channels of the output of each slice. */
export function tapChannels(trunk: Trunk): number[] {
  return TRUNK_SLICES[trunk].map((slice) => {
    const last = slice.at(-1)!;
    if ("convolution" in last) return last.convolution.to;
    if ("squeeze" in last) return last.expand[0].to + last.expand[1].to;
    throw new RangeError("Cannot compare a pool: a slice must end otherwise");
  });
}

/** Pixels below which a trunk has nothing left to pool. */
export const LEAST_SIZE: Readonly<Record<Trunk, number>> = {
  alex: 31,
  vgg: 16,
  squeeze: 15,
};
