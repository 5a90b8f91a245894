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
 * Initial log-variance of latents, below that of minor components. With noise as
 * strong as its signal, a channel would collapse before the decoder uses it.
 */
const LOG_VARIANCE = -10;

/**
 * Initialises the shortcuts of a VAE with principal components, the optimum of a
 * linear autoencoder (Baldi & Hornik 1989); the convolutions, which start at
 * zero, learn the residual.
 *
 * All channels have one scale, by which the mean of their variances is 1: an error
 * of the latents is one of the pixels, and noise hides minor components first, as
 * it hides details of pixels first. Components scaled to variance 1 each made
 * borders of cells visible (docs/log.md).
 *
 * @param parameters Of a VAE with shortcuts, before training.
 */
export function withPrincipalShortcut(
  { encoder, decoder, klWeightLogit }: VaeParameters,
  { mean, directions, variances }: PrincipalBlocks,
): VaeParameters {
  const [Z, P] = directions.shape as [number, number];
  const scale = Math.sqrt(
    variances.data.reduce((sum, variance) => sum + variance, 0) / Z,
  );
  const [there, back] = [new Float32Array(P * Z), new Float32Array(Z * P)];
  const offset = new Float32Array(Z);
  for (let z = 0; z < Z; z++) {
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
