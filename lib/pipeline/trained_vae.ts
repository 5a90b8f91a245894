import { metaInit } from "../models/layers/mod.ts";
import {
  initVae,
  type LatentStatistics,
  latentStatistics,
  type VaeConfig,
  vaeConfigSchema,
  type VaeParameters,
} from "../models/vae/mod.ts";
import { loadWeights } from "./weights.ts";
import { type Weights } from "./weights.ts";
import { configOfWeights } from "./_config_of_weights.ts";

/** The VAE of a run, and of what is shipped. */
export const VAE_FILE = "vae.safetensors";

/** A VAE, and what its latents are like. */
export interface VaeWeights {
  readonly parameters: VaeParameters;
  /** Per channel, over clips of all phases. */
  readonly statistics: LatentStatistics;
}

/** A trained VAE with its own configuration. */
export interface TrainedVae extends Weights<VaeWeights> {
  readonly config: VaeConfig;
}

/**
 * Reads a VAE of any configuration.
 *
 * @throws {InputError} naming the file, if it is missing, damaged or no VAE
 */
export async function readVae(path: string): Promise<TrainedVae> {
  const config = await configOfWeights(path, vaeConfigSchema);
  return { ...await loadVae(path, config), config };
}

/**
 * Loads a VAE of one configuration.
 *
 * @throws {InputError} naming the file, and the field that is another one
 */
export function loadVae(
  path: string,
  config: VaeConfig,
): Promise<Weights<VaeWeights>> {
  return loadWeights(path, {
    kind: "VideoVAE",
    config,
    form: {
      parameters: initVae(config, metaInit()),
      statistics: latentStatistics([{
        dtype: "float32",
        shape: [1, config.latentChannels],
        data: new Float32Array(config.latentChannels),
      }]),
    },
  });
}
