/** The trunks that LPIPS is published for. */
export const TRUNKS = ["alex", "vgg", "squeeze"] as const;

/** One of them. */
export type Trunk = typeof TRUNKS[number];

/** A convolution with a ReLU. */
export interface TrunkConvolution {
  /** As it is called in torchvision's file: `features.0`. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly window: number;
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
  | { readonly pool: 2 | 3; readonly ceil: boolean }
  /** What comes out here is compared. */
  | { readonly tap: true };

const TAP = { tap: true } as const;

const convolution = (
  index: number | string,
  from: number,
  to: number,
  window: number,
  { stride = 1, pad = (window - 1) / 2 } = {},
): TrunkConvolution => ({
  name: `features.${index}`,
  from,
  to,
  window,
  stride,
  pad,
});

/** VGG16 (Simonyan and Zisserman 2014): 3x3 convolutions in five groups. */
function vgg(): TrunkStep[] {
  const groups = [[64, 64], [128, 128], [256, 256, 256], [512, 512, 512], [
    512,
    512,
    512,
  ]];
  const steps: TrunkStep[] = [];
  let [index, from] = [0, 3];
  for (const [place, widths] of groups.entries()) {
    if (place > 0) {
      steps.push({ pool: 2, ceil: false });
      index++;
    }
    for (const to of widths) {
      steps.push({ convolution: convolution(index, from, to, 3) });
      index += 2; // the ReLU has a number of its own
      from = to;
    }
    steps.push(TAP);
  }
  return steps;
}

const fire = (
  index: number,
  from: number,
  narrow: number,
  wide: number,
): TrunkStep => ({
  squeeze: convolution(`${index}.squeeze`, from, narrow, 1),
  expand: [
    convolution(`${index}.expand1x1`, narrow, wide, 1),
    convolution(`${index}.expand3x3`, narrow, wide, 3),
  ],
});

/** The steps of each trunk, as torchvision builds and lpips cuts it. */
export const TRUNK_STEPS: Readonly<Record<Trunk, readonly TrunkStep[]>> = {
  // Krizhevsky 2014, arXiv 1404.5997.
  alex: [
    { convolution: convolution(0, 3, 64, 11, { stride: 4, pad: 2 }) },
    TAP,
    { pool: 3, ceil: false },
    { convolution: convolution(3, 64, 192, 5) },
    TAP,
    { pool: 3, ceil: false },
    { convolution: convolution(6, 192, 384, 3) },
    TAP,
    { convolution: convolution(8, 384, 256, 3) },
    TAP,
    { convolution: convolution(10, 256, 256, 3) },
    TAP,
  ],
  vgg: vgg(),
  // SqueezeNet 1.1 (Iandola et al. 2016, arXiv 1602.07360).
  squeeze: [
    { convolution: convolution(0, 3, 64, 3, { stride: 2, pad: 0 }) },
    TAP,
    { pool: 3, ceil: true },
    fire(3, 64, 16, 64),
    fire(4, 128, 16, 64),
    TAP,
    { pool: 3, ceil: true },
    fire(6, 128, 32, 128),
    fire(7, 256, 32, 128),
    TAP,
    { pool: 3, ceil: true },
    fire(9, 256, 48, 192),
    TAP,
    fire(10, 384, 48, 192),
    TAP,
    fire(11, 384, 64, 256),
    TAP,
    fire(12, 512, 64, 256),
    TAP,
  ],
};

/**
 * All convolutions of a trunk, in order.
 *
 * @example
 * ```ts
 * import { convolutionsOf } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(convolutionsOf("vgg").length, 13);
 * assert.equal(convolutionsOf("vgg").at(-1)!.name, "features.28");
 * ```
 */
export function convolutionsOf(trunk: Trunk): TrunkConvolution[] {
  return TRUNK_STEPS[trunk].flatMap((step) =>
    "convolution" in step
      ? [step.convolution]
      : "squeeze" in step
      ? [step.squeeze, ...step.expand]
      : []
  );
}

/**
 * Channels of each layer that is compared.
 *
 * @example
 * ```ts
 * import { tapChannels } from "lib/evaluation/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(tapChannels("alex"), [64, 192, 384, 256, 256]);
 * ```
 */
export function tapChannels(trunk: Trunk): number[] {
  let channels = 3;
  const found: number[] = [];
  for (const step of TRUNK_STEPS[trunk]) {
    if ("convolution" in step) channels = step.convolution.to;
    else if ("squeeze" in step) {
      channels = step.expand[0].to + step.expand[1].to;
    } else if ("tap" in step) found.push(channels);
  }
  return found;
}

/** Pixels below which a trunk has nothing left to pool. */
export const LEAST_SIZE: Readonly<Record<Trunk, number>> = {
  alex: 31,
  vgg: 16,
  squeeze: 15,
};
