import * as z from "zod";
import {
  type DecoderConfig,
  decoderConfigSchema,
  type DecoderParameters,
  type DecoderSurroundings,
  initDecoder,
} from "../../models/decoder/mod.ts";
import { shapesOnly } from "../../models/layers/mod.ts";
import { loadWeights, type WeightsFacts } from "../../trainer/mod.ts";
import type { ModelConfig } from "../presets.ts";
import { configOfWeights } from "./config_of_weights.ts";

/** The prompted decoder of a run, and of what is shipped. */
export const DECODER_FILE = "decoder.safetensors";
/** What its file says that it holds. */
export const DECODER_KIND = "PromptedDecoder";

/** A prompted decoder with its configuration. */
export interface TrainedDecoder {
  readonly config: DecoderConfig;
  /** Digest of the diffusion's weights that it comes after. */
  readonly diffusion: string;
  readonly parameters: DecoderParameters;
  readonly facts: WeightsFacts;
  readonly digest: string;
}

/** The configuration that the weights name. */
const weightsConfigSchema = z.object({
  decoder: decoderConfigSchema,
  diffusion: z.string(),
});

/** What a decoder must know of the models that it comes after. */
export function surroundingsOf(
  { vae, text, backbone }: ModelConfig,
): DecoderSurroundings {
  return {
    latentChannels: vae.latentChannels,
    backboneWidth: backbone.width,
    textWidth: text.outputWidth,
  };
}

/** Said of a decoder that finishes what other weights begin: another phase's. */
export const STRAY = "stray";

/**
 * Reads the decoder beside trained models; undefined if there is none,
 * {@link STRAY} if it was trained to finish what other weights of the diffusion
 * begin, such as those of another phase of the same run.
 *
 * @param diffusion Digest of the diffusion's weights.
 * @throws {InputError} naming the file, if it is damaged or no such decoder
 */
export async function readDecoder(
  path: string,
  models: ModelConfig,
  diffusion: string,
): Promise<TrainedDecoder | typeof STRAY | undefined> {
  try {
    await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const decoder = await loadDecoder(path, models);
  return decoder.diffusion === diffusion ? decoder : STRAY;
}

/**
 * Loads a decoder, whichever weights of the diffusion it comes after.
 *
 * @throws {InputError} naming the file, if it is missing, damaged or no decoder
 *   for models of these shapes
 */
export async function loadDecoder(
  path: string,
  models: ModelConfig,
): Promise<TrainedDecoder> {
  const config = await configOfWeights(path, weightsConfigSchema);
  const { tensors, facts, digest } = await loadWeights(path, {
    kind: DECODER_KIND,
    config,
    form: initDecoder(config.decoder, surroundingsOf(models), shapesOnly()),
  });
  return {
    config: config.decoder,
    diffusion: config.diffusion,
    parameters: tensors,
    facts,
    digest,
  };
}
