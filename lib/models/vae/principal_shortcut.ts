import { float32, type NdArray, zeros } from "../../core/mod.ts";
import type { VaeParameters } from "./video_vae.ts";

/** Principal components of the pixels of cells. */
export interface PrincipalBlocks {
  /** `[P]`, in [-1,1]. */
  readonly mean: NdArray<"float32">;
  /** Orthonormal rows, `[Z,P]`, by falling variance. */
  readonly directions: NdArray<"float32">;
  /** Variance along each, `[Z]`. */
  readonly variances: NdArray<"float32">;
}

/**
 * Initial log-variance of latents. With noise as strong as its signal, a channel
 * would collapse before the decoder uses it.
 */
const LOG_VARIANCE = -6;

/**
 * Initialises the shortcuts of a VAE with principal components, the optimum of a
 * linear autoencoder (Baldi & Hornik 1989); the convolutions, which start at
 * zero, learn the residual.
 *
 * The std of a channel is almost 1 where its component has a large variance, and
 * falls below that of component Z/4, so that sampling restores minor components
 * last.
 *
 * @param parameters Of a VAE with shortcuts, before training.
 *
 * @example
 * ```ts
 * import { float32, Rng } from "lib/core/mod.ts";
 * import { initVae, withPrincipalShortcut } from "lib/models/vae/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const config = { patch: 1, widths: [8], blocks: 1, latentChannels: 2, heads: 1, attentionWindow: 1, beta: { initial: 1e-4, min: 1e-6, max: 1 }, shortcut: true } as const;
 * const { decoder } = withPrincipalShortcut(initVae({ ...config, widths: [8] }, new Rng(0)), {
 *   mean: float32([3], [0, 0, 0.5]),
 *   directions: float32([2, 3], [1, 0, 0, 0, 1, 0]),
 *   variances: float32([2], [3, 1]),
 * });
 * assert.deepEqual([...decoder.shortcut!.bias.data], [0, 0, 0.5]);
 * assert.deepEqual([...decoder.shortcut!.weight.data], [Math.fround(Math.sqrt(6)), 0, 0, 0, 2, 0]);
 * ```
 */
export function withPrincipalShortcut(
  { encoder, decoder, klWeightLogit }: VaeParameters,
  { mean, directions, variances }: PrincipalBlocks,
): VaeParameters {
  const [Z, P] = directions.shape as [number, number];
  const floor = variances.data[Math.floor(Z / 4)]!;
  const [there, back] = [new Float32Array(P * Z), new Float32Array(Z * P)];
  const offset = new Float32Array(Z);
  for (let z = 0; z < Z; z++) {
    const scale = Math.sqrt(variances.data[z]! + floor);
    for (let p = 0; p < P; p++) {
      const along = directions.data[z * P + p]!;
      there[p * Z + z] = along / scale;
      back[z * P + p] = along * scale;
      offset[z]! -= mean.data[p]! * along / scale;
    }
  }
  const { output } = encoder;
  const bias = float32([2 * Z], new Float32Array(2 * Z).fill(LOG_VARIANCE, Z));
  return {
    encoder: {
      ...encoder,
      output: { ...output, bias },
      shortcut: { weight: float32([P, Z], there), bias: float32([Z], offset) },
    },
    decoder: {
      ...decoder,
      output: {
        ...decoder.output,
        weight: zeros(decoder.output.weight.shape),
      },
      shortcut: { weight: float32([Z, P], back), bias: mean },
    },
    klWeightLogit,
  };
}
