import { float32, type NdArray } from "../../core/mod.ts";

/**
 * Mean of each latent channel over a dataset, and the std of all, `[Z]`
 * each. Diffusion works on `(latent - mean) / std`, whose variance is one
 * in the mean over channels, whatever the VAE's is. It is one factor for all,
 * as in latent diffusion (arXiv 2112.10752): a channel that says little stays
 * quiet, so that noise hides it first and a denoiser finds it last.
 */
export interface LatentStatistics {
  readonly mean: NdArray<"float32">;
  readonly std: NdArray<"float32">;
}

/** A std below this is taken for that of dead latents, which stay as they are. */
const DEAD = 1e-4;

/**
 * Measures latents `[...,Z]`.
 *
 * @example
 * ```ts
 * import { latentStatistics } from "lib/models/vae/mod.ts";
 * import { float32 } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { mean, std } = latentStatistics([float32([2, 1], [1, 3])]);
 * assert.equal(mean.data[0], 2);
 * assert.equal(std.data[0], 1);
 * ```
 */
export function latentStatistics(
  latents: readonly NdArray<"float32">[],
): LatentStatistics {
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
  const mean = sum.map((total) => total / count);
  const variance = squares.reduce(
    (sum, total, c) => sum + Math.max(0, total / count - mean[c]! ** 2),
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

/**
 * `(latent - mean) / std`, channel by channel, `[...,Z]`.
 *
 * @example
 * ```ts
 * import { normaliseLatent } from "lib/models/vae/mod.ts";
 * import { float32 } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const statistics = { mean: float32([1], [3]), std: float32([1], [2]) };
 * assert.deepEqual([...normaliseLatent(float32([2, 1], [3, 5]), statistics).data], [0, 1]);
 * ```
 */
export function normaliseLatent(
  latent: NdArray<"float32">,
  { mean, std }: LatentStatistics,
): NdArray<"float32"> {
  const channels = mean.data.length;
  return float32(
    latent.shape,
    latent.data.map((value, i) =>
      (value - mean.data[i % channels]!) / std.data[i % channels]!
    ),
  );
}

/**
 * The inverse of {@link normaliseLatent}.
 *
 * @example
 * ```ts
 * import { denormaliseLatent } from "lib/models/vae/mod.ts";
 * import { float32 } from "lib/core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const statistics = { mean: float32([1], [3]), std: float32([1], [2]) };
 * assert.deepEqual([...denormaliseLatent(float32([2, 1], [0, 1]), statistics).data], [3, 5]);
 * ```
 */
export function denormaliseLatent(
  latent: NdArray<"float32">,
  { mean, std }: LatentStatistics,
): NdArray<"float32"> {
  const channels = mean.data.length;
  return float32(
    latent.shape,
    latent.data.map((value, i) =>
      value * std.data[i % channels]! + mean.data[i % channels]!
    ),
  );
}
