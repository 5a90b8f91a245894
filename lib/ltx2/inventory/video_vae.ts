import type { Ltx2Config, VaeStage, VideoVaeConfig } from "../configuration.ts";
import { convolution, type TensorSpec, withPrefix } from "./tensor.ts";

/**
 * Tensors of the video encoder. A stage downsamples by a convolution to
 * fewer channels and space-to-depth; its residual path averages and has no
 * weights. One extra output channel is the variance shared by all channels.
 */
export function encoderTensors({ vae }: Ltx2Config): TensorSpec[] {
  const { latentChannels, encoder } = vae;
  const steps = encoder.flatMap((stage, i) => {
    const { channels, resample } = stage;
    if (resample === undefined) return [residuals(stage)];
    const next = encoder[i + 1]!.channels;
    const folded = resample.time * resample.space ** 2;
    return [
      residuals(stage),
      convolution("conv.conv", channels, next / folded),
    ];
  });
  return [
    ...convolution("conv_in.conv", patchChannels(vae), encoder[0]!.channels),
    ...steps.flatMap((step, i) => withPrefix(`down_blocks.${i}`, step)),
    ...convolution(
      "conv_out.conv",
      encoder.at(-1)!.channels,
      latentChannels + 1,
    ),
  ];
}

/**
 * Tensors of the video decoder. A stage upsamples by a convolution to more
 * channels and depth-to-space.
 */
export function decoderTensors({ vae }: Ltx2Config): TensorSpec[] {
  const { latentChannels, decoder } = vae;
  const steps = decoder.flatMap((stage, i) => {
    const { channels, resample } = stage;
    if (resample === undefined) return [residuals(stage)];
    const next = decoder[i + 1]!.channels;
    const unfolded = resample.time * resample.space ** 2;
    return [
      residuals(stage),
      convolution("conv.conv", channels, next * unfolded),
    ];
  });
  return [
    ...convolution("conv_in.conv", latentChannels, decoder[0]!.channels),
    ...steps.flatMap((step, i) => withPrefix(`up_blocks.${i}`, step)),
    ...convolution(
      "conv_out.conv",
      decoder.at(-1)!.channels,
      patchChannels(vae),
    ),
  ];
}

/**
 * Statistics of the latents' channels, stored beside the weights: constants,
 * of which files keep some or all.
 */
export function latentStatistics({ vae }: Ltx2Config): TensorSpec[] {
  return [
    "mean-of-means",
    "std-of-means",
    "channel",
    "mean-of-stds",
    "mean-of-stds_over_std-of-means",
  ].map((name) => ({ name, shape: [vae.latentChannels], constant: true }));
}

/** Compression of the VAE. */
export interface VaeCompression {
  /** Pixels along a side of a latent cell. */
  readonly space: number;
  /** Frames of a latent cell. */
  readonly time: number;
  /** Channels of a latent cell. */
  readonly channels: number;
  /** Values of the clip for each value of the latent. */
  readonly ratio: number;
}

/**
 * The compression of the encoder's stages together.
 */
export function compressionOf(
  { imageChannels, patch, latentChannels, encoder }: VideoVaeConfig,
): VaeCompression {
  const space = encoder.reduce((s, e) => s * (e.resample?.space ?? 1), patch);
  const time = encoder.reduce((t, e) => t * (e.resample?.time ?? 1), 1);
  const ratio = space ** 2 * time * imageChannels / latentChannels;
  return { space, time, channels: latentChannels, ratio };
}

function patchChannels({ imageChannels, patch }: VideoVaeConfig): number {
  return imageChannels * patch ** 2;
}

/** The residual blocks of a stage; their norms have no weights. */
function residuals({ channels, residualBlocks }: VaeStage): TensorSpec[] {
  return Array.from(
    { length: residualBlocks },
    (_, i) =>
      withPrefix(`res_blocks.${i}`, [
        ...convolution("conv1.conv", channels, channels),
        ...convolution("conv2.conv", channels, channels),
      ]),
  ).flat();
}
