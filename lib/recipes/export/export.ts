import {
  float32,
  isNdArray,
  leavesOf,
  Rng,
  writeFileAtomically,
  zeros,
} from "../../core/mod.ts";
import { writeOnnx } from "../../formats/onnx/mod.ts";
import { writeSafetensors } from "../../formats/safetensors/mod.ts";
import {
  initModels,
  isOwn,
  type ModelConfig,
  modelFunctions,
} from "../../models/text_to_video/mod.ts";
import { tokenizerTable } from "../../models/text/mod.ts";
import type { GridSize } from "../../models/vae/mod.ts";
import type { TrainedModels } from "../../pipeline/mod.ts";
import {
  normalisedDecoder,
  normalisedEncoder,
  onnxModel,
  timedBackbone,
  underName,
} from "./onnx_model.ts";

/** Version of the names and meanings in exported files. */
export const EXPORT_FORMAT = "aiprod-2";

const READER = new URL("tokenizer.py", import.meta.url);

/** Files that are written. */
export const EXPORTED_FILES = [
  "vae.safetensors",
  "text_encoder.safetensors",
  "backbone.safetensors",
  "text_encoder.onnx",
  "backbone.onnx",
  "vae_encoder.onnx",
  "vae_decoder.onnx",
  "tokenizer.json",
  "tokenizer.py",
] as const;

/** The models, ready to be written. */
export type ExportedModels = Pick<
  TrainedModels,
  "config" | "vae" | "diffusion" | "statistics" | "vocabulary"
>;

/** What is exported, and where to. */
export interface ExportOptions {
  readonly models: ExportedModels;
  /** Where the weights come from; plain JSON. */
  readonly source: Readonly<Record<string, unknown>>;
  /** Folder that exists. */
  readonly folder: string;
  /** Size of clips that the ONNX files are for; their shapes are fixed. */
  readonly clip: GridSize;
  /** Clips at once. */
  readonly batch: number;
  /** Told the name of each file once it is written. */
  readonly onFile?: (name: string, bytes: number) => void;
}

/**
 * Writes the three models as safetensors, for programs that bring their own
 * code, and as ONNX, for programs that bring none: the text encoder once for a
 * prompt, the backbone at each step of sampling, the VAE's decoder at the end,
 * its encoder for given clips. Weights have the names that they have in runs and
 * packed models. `tokenizer.json` and its reader in Python turn a prompt into the
 * inputs of the models.
 *
 * @throws {InputError} naming the nearest legal size, if the strides do not divide the clip
 */
export async function exportModels(
  { models, source, folder, clip, batch, onFile }: ExportOptions,
): Promise<void> {
  const { config, vae, diffusion: { text, backbone }, statistics } = models;
  // Before the first file: a wrong size must leave nothing behind.
  const functions = modelFunctions(config, clip, batch);
  const metadata = (kind: string, own: unknown): Record<string, string> => ({
    format: EXPORT_FORMAT,
    kind,
    config: JSON.stringify(own),
    source: JSON.stringify(source),
  });
  const about = {
    vae: metadata("VideoVAE", config.vae),
    text_encoder: metadata("MultilingualTextEncoder", config.text),
    backbone: metadata("HybridBackbone", {
      ...(isOwn(config.backbone) ? config.backbone.toJSON() : config.backbone),
      latentChannels: config.vae.latentChannels,
      ...(!isOwn(config.text) && { wordRows: config.text.wordRows }),
      textWidth: config.text.outputWidth,
    }),
  };
  const weights = {
    vae: { parameters: vae, statistics },
    text_encoder: { text },
    backbone: { backbone },
  };
  const written = async (name: string): Promise<void> => {
    const { size } = await Deno.stat(`${folder}/${name}`);
    onFile?.(name, size);
  };
  for (const name of ["vae", "text_encoder", "backbone"] as const) {
    const file = `${name}.safetensors`;
    await writeSafetensors(
      `${folder}/${file}`,
      leavesOf(weights[name], isNdArray),
      about[name],
    );
    await written(file);
  }
  // Each is made when it is written, so that there is one at a time.
  const graphs = {
    text_encoder: () =>
      onnxModel(
        "text_encoder",
        underName("text", functions.textEncoder),
        weights.text_encoder,
        about.text_encoder,
      ),
    backbone: () =>
      onnxModel(
        "backbone",
        underName("backbone", timedBackbone(functions.backbone, config, clip)),
        weights.backbone,
        about.backbone,
      ),
    vae_encoder: () =>
      onnxModel(
        "vae_encoder",
        normalisedEncoder(functions.vaeEncoder),
        weights.vae,
        about.vae,
      ),
    vae_decoder: () =>
      onnxModel(
        "vae_decoder",
        normalisedDecoder(functions.vaeDecoder),
        weights.vae,
        about.vae,
      ),
  };
  for (const [name, make] of Object.entries(graphs)) {
    const file = `${name}.onnx`;
    await writeOnnx(`${folder}/${file}`, make());
    await written(file);
  }
  // The tokens of a text encoder of one's own are made by its module alone.
  if (isOwn(config.text)) return;
  const words = Object.values(models.vocabulary ?? {}).flat();
  const texts = {
    "tokenizer.json": JSON.stringify(tokenizerTable(config.text, words)),
    "tokenizer.py": await Deno.readTextFile(READER),
  };
  for (const [file, text] of Object.entries(texts)) {
    await writeFileAtomically(`${folder}/${file}`, text);
    await written(file);
  }
}

/**
 * Models before training; their latents are taken as they are.
 */
export function freshModels(config: ModelConfig, seed: number): ExportedModels {
  const { vae, ...diffusion } = initModels(config, new Rng(seed));
  const { latentChannels: Z } = config.vae;
  const ones = new Float32Array(Z).fill(1);
  const statistics = { mean: zeros([Z]), std: float32([Z], ones) };
  return { config, vae, diffusion, statistics };
}
