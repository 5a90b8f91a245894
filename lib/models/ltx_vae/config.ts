import * as z from "zod";

const counts = z.array(z.int().min(1)).min(1);
const flags = z.array(z.boolean()).min(1);
const none = <T extends boolean | number>(value: T, feature: string) =>
  z.array(
    z.literal(value, {
      error: `must be ${value}: ${feature} is not supported`,
    }),
  ).optional();

/**
 * The `config.json` of the VAE of LTX-Video, as `AutoencoderKLLTXVideo` of
 * Hugging Face's diffusers writes it. Defaults are those of the first public
 * weights (0.9.0). Later ones, whose decoder also removes noise, are refused.
 */
export const ltxVaeConfigSchema = z.object({
  latent_channels: z.int().min(1).default(128),
  block_out_channels: counts.default([128, 256, 512, 512]),
  decoder_block_out_channels: counts.optional(),
  layers_per_block: counts.default([4, 3, 3, 3, 4]),
  decoder_layers_per_block: counts.optional(),
  spatio_temporal_scaling: flags.default([true, true, true, false]),
  decoder_spatio_temporal_scaling: flags.optional(),
  patch_size: z.int().min(1).default(4),
  patch_size_t: z.literal(1, {
    error: "must be 1: patches in time are not supported",
  }).default(1),
  resnet_norm_eps: z.number().positive().default(1e-6),
  encoder_causal: z.boolean().default(true),
  decoder_causal: z.boolean().default(false),
  timestep_conditioning: z.literal(false, {
    error: "must be false: decoders that remove noise are not supported",
  }).default(false),
  decoder_inject_noise: none(false, "noise inside of the decoder"),
  upsample_residual: none(false, "a residual beside upsampling"),
  upsample_factor: none(1, "a factor of upsampling"),
}).transform((config, context) => {
  const coder = (
    widths: number[],
    layers: number[],
    scaling: boolean[],
    causal: boolean,
  ): LtxCoderConfig => ({ widths, layers, scaling, causal });
  const {
    block_out_channels: widths,
    layers_per_block: layers,
    spatio_temporal_scaling: scaling,
  } = config;
  const result: LtxVaeConfig = {
    latentChannels: config.latent_channels,
    patch: config.patch_size,
    epsilon: config.resnet_norm_eps,
    encoder: coder(widths, layers, scaling, config.encoder_causal),
    decoder: coder(
      config.decoder_block_out_channels ?? widths,
      config.decoder_layers_per_block ?? layers,
      config.decoder_spatio_temporal_scaling ?? scaling,
      config.decoder_causal,
    ),
  };
  for (const { widths, layers, scaling } of [result.encoder, result.decoder]) {
    if (
      layers.length === widths.length + 1 && scaling.length === widths.length
    ) {
      continue;
    }
    context.addIssue({
      code: "custom",
      path: ["layers_per_block"],
      message:
        `there must be one number for each of ${widths.length} blocks and one ` +
        `for the middle, and a scaling for each block: there are ` +
        `${layers.length} and ${scaling.length}`,
    });
  }
  return result;
});

/** One half of the VAE. */
export interface LtxCoderConfig {
  /** Channels of each block, those nearest to the pixels first. */
  readonly widths: readonly number[];
  /** Residual blocks of each, and those of the middle. */
  readonly layers: readonly number[];
  /** Which blocks halve time, height and width. */
  readonly scaling: readonly boolean[];
  /** Whether a frame depends on earlier ones alone. */
  readonly causal: boolean;
}

/** The shape of the VAE of LTX-Video. */
export interface LtxVaeConfig {
  readonly latentChannels: number;
  /** Pixels along a side that the first layer folds. */
  readonly patch: number;
  /** Of the norms beside widening shortcuts. */
  readonly epsilon: number;
  readonly encoder: LtxCoderConfig;
  readonly decoder: LtxCoderConfig;
}

/**
 * Pixels and frames of a latent cell. The first cell holds one frame alone:
 * clips have `1 + n time` frames.
 */
export function ltxStride(
  { patch, encoder }: LtxVaeConfig,
): { readonly space: number; readonly time: number } {
  const halvings = 2 ** encoder.scaling.filter((scales) => scales).length;
  return { space: patch * halvings, time: halvings };
}
