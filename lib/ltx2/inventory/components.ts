import type { Ltx2Config } from "../configuration.ts";
import { connectorTensors, textProjectionTensors } from "./text.ts";
import { parametersOf, type TensorSpec } from "./tensor.ts";
import { transformerTensors } from "./transformer.ts";
import { upscalerTensors } from "./upscaler.ts";
import {
  decoderTensors,
  encoderTensors,
  latentStatistics,
} from "./video_vae.ts";

/** A model inside the files of LTX-2. */
export interface Component {
  readonly name: string;
  /**
   * Prefixes of its names, with the dot: first of the published file, then of
   * files of this component alone.
   */
  readonly prefixes: readonly [string, ...string[]];
  readonly tensors: readonly TensorSpec[];
  readonly parameters: number;
}

/**
 * The components of the published file of the whole model, and the upscaler,
 * which has a file of its own.
 */
export function componentsOf(config: Ltx2Config): Component[] {
  const component = (
    name: string,
    prefixes: Component["prefixes"],
    tensors: TensorSpec[],
  ): Component => ({
    name,
    prefixes,
    tensors,
    parameters: parametersOf(tensors),
  });
  return [
    component("transformer", MODEL, transformerTensors(config)),
    component("text connectors", MODEL, connectorTensors(config)),
    component(
      "text projection",
      ["text_embedding_projection."],
      textProjectionTensors(config),
    ),
    component(
      "VAE encoder",
      ["vae.encoder.", "encoder."],
      encoderTensors(config),
    ),
    component(
      "VAE decoder",
      ["vae.decoder.", "decoder."],
      decoderTensors(config),
    ),
    component(
      "latent statistics",
      ["vae.per_channel_statistics.", "per_channel_statistics."],
      latentStatistics(config),
    ),
    component("upscaler", [""], upscalerTensors(config)),
  ];
}

/** Prefixes of the transformer and its connectors. */
const MODEL = ["model.diffusion_model.", "diffusion_model.", ""] as const;
