import { dirname } from "node:path";
import { writeFileAtomically } from "../../core/mod.ts";
import type { ModelConfig } from "../../models/text_to_video/mod.ts";

/** Where the exported files lie in the layout of Hugging Face's diffusers. */
export const PLACES: Readonly<Record<string, string>> = {
  "vae.safetensors": "vae/diffusion_pytorch_model.safetensors",
  "vae_encoder.onnx": "vae/encoder.onnx",
  "vae_decoder.onnx": "vae/decoder.onnx",
  "text_encoder.safetensors": "text_encoder/model.safetensors",
  "text_encoder.onnx": "text_encoder/model.onnx",
  "backbone.safetensors": "transformer/diffusion_pytorch_model.safetensors",
  "backbone.onnx": "transformer/model.onnx",
  "tokenizer.json": "tokenizer/tokenizer.json",
  "tokenizer.py": "tokenizer/tokenizer.py",
};

/** Moves exported files to their places. */
export async function placeExported(
  exported: string,
  folder: string,
): Promise<void> {
  for (const [name, place] of Object.entries(PLACES)) {
    await Deno.mkdir(dirname(`${folder}/${place}`), { recursive: true });
    await Deno.rename(`${exported}/${name}`, `${folder}/${place}`);
  }
}

/** Writes the index and the configuration of each component. */
export async function writeConfigs(
  folder: string,
  { vae, text, backbone }: ModelConfig,
  version: string,
): Promise<void> {
  const configs = {
    "model_index.json": {
      _class_name: "AiprodTextToVideoPipeline",
      _aiprod_version: version,
      vae: ["aiprod", "VideoVAE"],
      text_encoder: ["aiprod", "MultilingualTextEncoder"],
      tokenizer: ["aiprod", "Tokenizer"],
      transformer: ["aiprod", "HybridBackbone"],
      scheduler: ["diffusers", "FlowMatchEulerDiscreteScheduler"],
    },
    "vae/config.json": { _class_name: "VideoVAE", ...vae },
    "text_encoder/config.json": {
      _class_name: "MultilingualTextEncoder",
      ...text,
    },
    "transformer/config.json": {
      _class_name: "HybridBackbone",
      ...backbone,
      latentChannels: vae.latentChannels,
    },
    // Sigmas run from 1 to 0; their shift follows from the size of the clip.
    "scheduler/scheduler_config.json": {
      _class_name: "FlowMatchEulerDiscreteScheduler",
      num_train_timesteps: 1000,
      shift: 1,
      use_dynamic_shifting: false,
    },
  };
  for (const [name, config] of Object.entries(configs)) {
    await Deno.mkdir(dirname(`${folder}/${name}`), { recursive: true });
    await writeFileAtomically(
      `${folder}/${name}`,
      `${JSON.stringify(config, null, 2)}\n`,
    );
  }
}
