import { float32, type NdArray } from "../../core/mod.ts";

/**
 * Mean of each latent channel over a dataset, and one std for all, `[Z]` each.
 * Diffusion works on `(latent - mean) / std`, of variance 1 on average over
 * channels. One std for all, as in latent diffusion (arXiv 2112.10752): channels
 * of little variance keep it, so that noise hides them first and sampling
 * restores them last.
 */
export interface LatentStatistics {
  readonly mean: NdArray<"float32">;
  readonly std: NdArray<"float32">;
}

/** Latents of a smaller std are dead, and not scaled. */
const DEAD = 1e-4;

/** Measures latents `[...,Z]`. */
export function latentStatistics(
  latents: readonly NdArray<"float32">[],
): LatentStatistics {
  const { mean, meanSquare } = channelMoments(latents);
  const channels = mean.length;
  const variance = meanSquare.reduce(
    (sum, square, c) => sum + Math.max(0, square - mean[c]! ** 2),
    0,
  ) / channels;
  const std = variance < DEAD ** 2 ? 1 : Math.sqrt(variance);
  return {
    mean: float32([channels], mean),
    std: float32(
      [channels],
      new Float32Array(channels).fill(std),
    ),
  };
}

/** Means of latents `[...,Z]` and of their squares over all but the channels, `[Z]` each. */
export function channelMoments(
  latents: readonly NdArray<"float32">[],
): { readonly mean: Float64Array; readonly meanSquare: Float64Array } {
  const channels = latents[0]!.shape.at(-1)!;
  const sum = new Float64Array(channels);
  const squares = new Float64Array(channels);
  let count = 0;
  for (const { data } of latents) {
    count += data.length / channels;
    for (let i = 0; i < data.length; i++) {
      sum[i % channels]! += data[i]!;
      squares[i % channels]! += data[i]! ** 2;
    }
  }
  return {
    mean: sum.map((total) => total / count),
    meanSquare: squares.map((total) => total / count),
  };
}

/**
 * `(latent - mean) / std`, by channel, `[...,Z]`.
 */
export function normaliseLatent(
  latent: NdArray<"float32">,
  { mean, std }: LatentStatistics,
): NdArray<"float32"> {
  return byChannel(latent, (x, c) => (x - mean.data[c]!) / std.data[c]!);
}

/**
 * The inverse of {@link normaliseLatent}.
 */
export function denormaliseLatent(
  latent: NdArray<"float32">,
  { mean, std }: LatentStatistics,
): NdArray<"float32"> {
  return byChannel(latent, (x, c) => x * std.data[c]! + mean.data[c]!);
}

/** Maps numbers of `[...,Z]` with their channel. */
function byChannel(
  { shape, data }: NdArray<"float32">,
  map: (value: number, channel: number) => number,
): NdArray<"float32"> {
  const channels = shape.at(-1)!;
  return float32(shape, data.map((value, i) => map(value, i % channels)));
}
