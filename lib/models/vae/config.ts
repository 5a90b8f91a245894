import * as z from "zod";
import { InputError } from "../../core/mod.ts";

/** The shape of a VideoVAE. */
export const vaeConfigSchema = z.strictObject({
  patch: z.int().min(1).describe(
    "pixels along a side that the first layer folds into channels",
  ),
  framePatch: z.int().min(1).optional().describe(
    "frames that the first layer folds into channels (default 1)",
  ),
  widths: z.array(z.int().min(8)).min(1).describe(
    "channels of each level; each one after the first halves time, height and width",
  ),
  blocks: z.int().min(1).describe("residual blocks at each level"),
  latentChannels: z.int().min(1).describe("channels of a latent cell"),
  heads: z.int().min(1).describe("heads of the temporal attention"),
  attentionWindow: z.int().min(1).describe(
    "latent frames before and after that the temporal attention attends to",
  ),
  beta: z.strictObject({
    initial: z.number().positive().describe("weight before training"),
    min: z.number().positive().describe("least weight"),
    max: z.number().positive().describe("largest weight"),
  }).refine(
    ({ initial, min, max }) => min < initial && initial < max,
    "initial must lie between min and max",
  ).describe("weight of the KL divergence from the standard normal, learned"),
  shortcut: z.literal(true).optional().describe(
    "a linear shortcut beside encoder and decoder: one matrix from the pixels of a cell to its latent, and one back; the convolutions learn the residual",
  ),
}).refine(
  ({ widths, heads }) => widths.at(-1)! % (2 * heads) === 0,
  "the last width must be a multiple of 2 x heads",
);

/** The shape of a VideoVAE, checked. */
export type VaeConfig = z.infer<typeof vaeConfigSchema>;

/** What decides the pixels and frames of a latent cell. */
export type VaeFolds = Pick<VaeConfig, "patch" | "framePatch" | "widths">;

/** Whatever has strides: the shape of a VideoVAE, or another codec. */
export type Strided = VaeFolds | { readonly stride: VaeStride };

/** Pixels and frames of a latent cell. */
export interface VaeStride {
  readonly space: number;
  readonly time: number;
}

/**
 * The strides of a VAE: how much it downsamples a clip.
 *
 * @example
 * ```ts
 * import { strideOf } from "lib/models/vae/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const config = { patch: 4, widths: [32, 64, 128], blocks: 1, latentChannels: 16, heads: 4, attentionWindow: 8, beta: { initial: 1e-4, min: 1e-6, max: 1 } };
 * assert.deepEqual(strideOf(config), { space: 16, time: 4 });
 * ```
 */
export function strideOf(config: Strided): VaeStride {
  if ("stride" in config) return config.stride;
  const { patch, framePatch = 1, widths } = config;
  const halvings = 2 ** (widths.length - 1);
  return { space: patch * halvings, time: framePatch * halvings };
}

/** Sizes of a latent, or of a clip. */
export interface GridSize {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
}

/**
 * The latent grid of a clip.
 *
 * @throws {InputError} naming the nearest legal size, if the strides do not divide the clip
 *
 * @example
 * ```ts
 * import { latentSizeOf } from "lib/models/vae/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const config = { patch: 4, widths: [32, 64, 128], blocks: 1, latentChannels: 16, heads: 4, attentionWindow: 8, beta: { initial: 1e-4, min: 1e-6, max: 1 } };
 * const clip = { frames: 16, height: 64, width: 64 };
 * assert.deepEqual(latentSizeOf(config, clip), { frames: 4, height: 4, width: 4 });
 * ```
 */
export function latentSizeOf(
  config: Strided,
  clip: GridSize,
): GridSize {
  return gridOf(strideOf(config), clip);
}

/**
 * Size of the grid of a clip whose parts cover some pixels and frames.
 *
 * @throws {InputError} naming the nearest legal size, if the parts do not divide the clip
 *
 * @example
 * ```ts
 * import { gridOf } from "lib/models/vae/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const clip = { frames: 16, height: 64, width: 80 };
 * assert.deepEqual(gridOf({ space: 16, time: 4 }, clip), { frames: 4, height: 4, width: 5 });
 * ```
 */
export function gridOf(
  { space, time }: VaeStride,
  clip: GridSize,
): GridSize {
  const divide = (name: string, size: number, stride: number): number => {
    if (!Number.isInteger(size) || size < stride || size % stride !== 0) {
      const below = Math.floor(size / stride) * stride;
      throw new InputError(
        `Cannot encode a clip: ${name} must be a multiple of ${stride}: ` +
          `current value is ${size}; the nearest legal ${
            below < stride
              ? `value is ${stride}`
              : `values are ${below} and ${below + stride}`
          }`,
      );
    }
    return size / stride;
  };
  return {
    frames: divide("frames", clip.frames, time),
    height: divide("height", clip.height, space),
    width: divide("width", clip.width, space),
  };
}
