import { dirname, join } from "node:path";
import * as z from "zod";
import { InputError } from "../core/mod.ts";
import { backboneConfigSchema } from "../models/backbone/mod.ts";
import { metaInit } from "../models/layers/mod.ts";
import { textConfigSchema } from "../models/text/mod.ts";
import {
  type DiffusionParameters,
  initModel,
  type ModelConfig,
} from "../models/text_to_video/mod.ts";
import {
  initVae,
  type LatentStatistics,
  latentStatistics,
  type VaeConfig,
  vaeConfigSchema,
  type VaeParameters,
} from "../models/vae/mod.ts";
import { readVocabulary, type Vocabulary } from "./vocabulary.ts";
import {
  configOfWeights,
  latentSpaceOf,
  loadWeights,
  type Weights,
  type WeightsFacts,
} from "./weights.ts";

/** The VAE of a run, and of what is shipped. */
export const VAE_FILE = "vae.safetensors";
/** Text encoder and backbone of what is shipped. */
export const DIFFUSION_FILE = "diffusion.safetensors";

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

/** Trained models that belong together. */
export interface TrainedModels {
  /** Where text encoder and backbone lie; the others are beside it. */
  readonly file: string;
  readonly config: ModelConfig;
  readonly vae: VaeParameters;
  /** Of the VAE's latents, per channel. */
  readonly statistics: LatentStatistics;
  readonly diffusion: DiffusionParameters;
  /** Words of the captions that they were trained on; absent where no file lists them. */
  readonly vocabulary?: Vocabulary;
  readonly facts: {
    readonly vae: WeightsFacts;
    readonly diffusion: WeightsFacts;
  };
  /** SHA-256 of each, hexadecimal. */
  readonly digests: {
    readonly vae: string;
    readonly diffusion: string;
  };
}

/** The configuration that the diffusion's weights name. */
const diffusionConfigSchema = z.object({
  text: textConfigSchema,
  backbone: backboneConfigSchema,
  vae: z.string(),
});

/**
 * Reads a VAE of any configuration.
 *
 * @throws {InputError} naming the file, if it is missing, damaged or no VAE
 */
export async function readVae(path: string): Promise<TrainedVae> {
  const config = await configOfWeights(path, "VideoVAE", vaeConfigSchema);
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

/**
 * Reads the models of a folder: what is shipped, or a run with at least one
 * phase done, of which the last one counts.
 *
 * @param path The folder, or one of its files as {@link diffusionFilesIn} lists
 *   them.
 *
 * @example
 * ```ts
 * import { readTrainedModels } from "lib/pipeline/trained_models.ts";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(() => readTrainedModels("runs/none"), /must hold vae.safetensors/);
 * ```
 *
 * @throws {InputError} naming the file, if one is missing or damaged, or if the
 *   diffusion was trained on the latents of another VAE
 */
export async function readTrainedModels(path: string): Promise<TrainedModels> {
  const file = (await diffusionFilesIn(path)).at(-1)!;
  const folder = dirname(file);
  const facts = await configOfWeights(file, "Diffusion", diffusionConfigSchema);
  const vae = await readVae(join(folder, VAE_FILE));
  const latentSpace = latentSpaceOf(vae);
  if (latentSpace !== facts.vae) {
    throw new InputError(
      `Cannot use "${file}": it must have been trained on the latents of the ` +
        `VAE beside it, ${latentSpace.slice(0, 12)}: it was trained on those ` +
        `of ${facts.vae.slice(0, 12)}; put its own VAE there`,
    );
  }
  const config = modelConfigOf(vae.config, facts);
  const rng = metaInit();
  const diffusion = await loadWeights<DiffusionParameters>(file, {
    kind: "Diffusion",
    config: facts,
    form: {
      text: initModel("text", config, rng),
      backbone: initModel("backbone", config, rng),
    },
  });
  return {
    file,
    config,
    vae: vae.tensors.parameters,
    statistics: vae.tensors.statistics,
    diffusion: diffusion.tensors,
    vocabulary: await readVocabulary(folder),
    facts: { vae: vae.facts, diffusion: diffusion.facts },
    digests: { vae: vae.digest, diffusion: diffusion.digest },
  };
}

/**
 * Reads the configuration of the models of a folder, from the headers of their
 * files alone.
 *
 * @param path As for {@link readTrainedModels}.
 * @throws {InputError} naming the file, if one is missing or of another kind
 *
 * @example
 * ```ts
 * import { readModelConfig, SHIPPED } from "lib/pipeline/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal((await readModelConfig(SHIPPED)).vae.patch, 4);
 * ```
 */
export async function readModelConfig(path: string): Promise<ModelConfig> {
  const file = (await diffusionFilesIn(path)).at(-1)!;
  const [facts, vae] = await Promise.all([
    configOfWeights(file, "Diffusion", diffusionConfigSchema),
    configOfWeights(
      join(dirname(file), VAE_FILE),
      "VideoVAE",
      vaeConfigSchema,
    ),
  ]);
  return modelConfigOf(vae, facts);
}

function modelConfigOf(
  vae: VaeConfig,
  { text, backbone }: Pick<ModelConfig, "text" | "backbone">,
): ModelConfig {
  return { vae, text, backbone };
}

/**
 * The weights of text encoder and backbone in a folder: the shipped file, or
 * those of the phases of a run that are done, the first phase first.
 *
 * @param path The folder; a file stands for itself.
 * @throws {InputError} if there are none
 *
 * @example
 * ```ts
 * import { diffusionFilesIn } from "lib/pipeline/trained_models.ts";
 * import assert from "node:assert/strict";
 *
 * const run = await Deno.makeTempDir();
 * for (const name of ["vae", "phase2", "phase1"]) {
 *   await Deno.writeTextFile(`${run}/${name}.safetensors`, "");
 * }
 * assert.deepEqual(await diffusionFilesIn(run), [
 *   `${run}/phase1.safetensors`,
 *   `${run}/phase2.safetensors`,
 * ]);
 * ```
 */
export async function diffusionFilesIn(path: string): Promise<string[]> {
  const names: string[] = [];
  try {
    if ((await Deno.stat(path)).isFile) return [path];
    for await (const { name } of Deno.readDir(path)) names.push(name);
  } catch (error) {
    if (
      !(error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.NotADirectory)
    ) throw error;
  }
  const found = names.includes(DIFFUSION_FILE)
    ? [DIFFUSION_FILE]
    : names.filter((name) => /^phase\d\.safetensors$/.test(name)).sort();
  if (found.length > 0) return found.map((name) => `${path}/${name}`);
  throw new InputError(
    `Cannot find trained models in "${path}": it must hold ${VAE_FILE} and ` +
      `${DIFFUSION_FILE} or a phase of a run: it holds ` +
      `${names.length > 0 ? names.sort().join(", ") : "nothing"}; train them ` +
      "with deno task train, or name another folder",
  );
}
