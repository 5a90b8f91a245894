import { isNdArray, leavesOf } from "../../core/mod.ts";
import { writeOnnx } from "../../formats/onnx/mod.ts";
import { writeSafetensors } from "../../formats/safetensors/mod.ts";
import type { GridSize } from "../../models/vae/mod.ts";
import { modelFunctions } from "../../models/text_to_video/mod.ts";
import { normalisedDecoder, onnxModel, timedBackbone } from "./onnx_model.ts";
import type { ExportedModels } from "./weights.ts";

/** Version of the names and meanings in exported files. */
const FORMAT = "aiprod-1";

/** What is exported, and where to. */
export interface ExportOptions {
  readonly models: ExportedModels;
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
 * prompt, the backbone at each step of sampling, the VAE's decoder at the end.
 *
 * @throws {InputError} naming the nearest legal size, if the strides do not divide the clip
 *
 * @example
 * ```ts
 * import { exportModels } from "lib/recipes/export/export.ts";
 * import { freshModels } from "lib/recipes/export/weights.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * const files: string[] = [];
 * await exportModels({
 *   models: freshModels(PRESETS.tiny, 1),
 *   folder,
 *   clip: { frames: 4, height: 16, width: 16 },
 *   batch: 1,
 *   onFile: (name) => files.push(name),
 * });
 * assert.ok(files.includes("backbone.onnx"));
 * ```
 */
export async function exportModels(
  { models, folder, clip, batch, onFile }: ExportOptions,
): Promise<void> {
  const { config, parameters, statistics, source } = models;
  // First of all: a wrong size must leave nothing behind.
  const functions = modelFunctions(config, clip, batch);
  const metadata = (kind: string, own: unknown): Record<string, string> => ({
    format: FORMAT,
    kind,
    config: JSON.stringify(own),
    source: JSON.stringify(source),
  });
  const about = {
    vae: metadata("VideoVAE", config.vae),
    text_encoder: metadata("MultilingualTextEncoder", config.text),
    backbone: metadata("HybridBackbone", {
      ...config.backbone,
      latentChannels: config.vae.latentChannels,
      wordRows: config.text.wordRows,
      textWidth: config.text.outputWidth,
    }),
  };
  const weights = {
    vae: { ...parameters.vae, statistics },
    text_encoder: parameters.text,
    backbone: parameters.backbone,
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
        functions.textEncoder,
        parameters.text,
        about.text_encoder,
      ),
    backbone: () =>
      onnxModel(
        "backbone",
        timedBackbone(functions.backbone, config, clip),
        parameters.backbone,
        about.backbone,
      ),
    vae_decoder: () =>
      onnxModel(
        "vae_decoder",
        normalisedDecoder(functions.vaeDecoder),
        { vae: parameters.vae, statistics },
        about.vae,
      ),
  };
  for (const [name, make] of Object.entries(graphs)) {
    const file = `${name}.onnx`;
    await writeOnnx(`${folder}/${file}`, make());
    await written(file);
  }
}
