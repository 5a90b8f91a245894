import { dirname, join } from "node:path";
import * as z from "zod";
import { InputError } from "../core/mod.ts";
import { backboneConfigSchema } from "../models/backbone/mod.ts";
import type { SamplerName } from "../models/diffusion/mod.ts";
import { metaInit } from "../models/layers/mod.ts";
import { textConfigSchema } from "../models/text/mod.ts";
import {
  type DiffusionParameters,
  initAnyVae,
  initModel,
  type ModelConfig,
  ownBackbone,
  ownText,
  type OwnVae,
  ownVae,
} from "../models/text_to_video/mod.ts";
import {
  type LatentStatistics,
  latentStatistics,
  type VaeConfig,
  vaeConfigSchema,
  type VaeParameters,
} from "../models/vae/mod.ts";
import { LORA_ENDING, type LoraFile, withLora } from "./lora.ts";
import { type ModelParts, moduleOf, type OwnModel } from "./own_model.ts";
import { readVocabulary, type Vocabulary } from "./vocabulary.ts";
import {
  factsOfWeights,
  guidanceOf,
  latentSpaceOf,
  loadWeights,
  samplerNameOf,
  type TrainedShape,
  trainedShape,
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
  readonly config: ModelConfig["vae"];
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
  /** The module whose parts they are, or some of them. */
  readonly own?: OwnModel;
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

/** A part of one's own in a configuration, with its settings. */
interface OwnJson {
  readonly own: unknown;
}

/** The configuration of a shipped model, or the settings of a part of one's own. */
function orOwn<S extends z.ZodType>(
  schema: S,
): z.ZodType<z.output<S> | OwnJson> {
  return z.unknown().transform((value, context): z.output<S> | OwnJson => {
    if (typeof value === "object" && value !== null && "own" in value) {
      return value;
    }
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const { path, message } of result.error.issues) {
      context.addIssue({ code: "custom", path, message });
    }
    return z.NEVER;
  });
}

/** The configuration that the diffusion's weights name. */
const diffusionConfigSchema = z.object({
  text: orOwn(textConfigSchema),
  backbone: orOwn(backboneConfigSchema),
  vae: z.string(),
});

/** How models are read whose parts are those of a module. */
export interface ReadOptions {
  /** The module in the place of the one that the weights name. */
  readonly model?: OwnModel | undefined;
  /** Takes a line where the module has changed since the weights were made. */
  readonly log?: (line: string) => void;
}

/** How trained models are read. */
export interface ReadModelsOptions extends ReadOptions {
  /** Files of adapters, whose changes add up; default: none. */
  readonly lora?: readonly LoraFile[];
}

/**
 * Reads a VAE of any configuration.
 *
 * @throws {InputError} naming the file, if it is missing, damaged or no VAE
 */
export async function readVae(
  path: string,
  { model, log }: ReadOptions = {},
): Promise<TrainedVae> {
  const facts = await factsOfWeights(path, "VideoVAE", orOwn(vaeConfigSchema));
  const own = await moduleOf(path, facts.module, model, log);
  const config = boundVae(path, facts.config, own);
  return { ...await loadVae(path, config), config };
}

function boundVae(
  path: string,
  config: VaeConfig | OwnJson,
  model: OwnModel | undefined,
): VaeConfig | OwnVae {
  return "own" in config
    ? boundPart(path, "vae", config, model, ownVae)
    : config;
}

/** A part of weights with its settings, by its module. */
function boundPart<N extends "vae" | "text" | "backbone", T>(
  path: string,
  name: N,
  config: OwnJson,
  model: OwnModel | undefined,
  bind: (part: NonNullable<ModelParts[N]>, settings: unknown) => T,
): T {
  const part = partOf(path, name, model);
  return bind(part, settingsOf(path, name, part, config));
}

/** @throws {InputError} if the module lacks a part that weights were made with */
function partOf<N extends "vae" | "text" | "backbone">(
  path: string,
  name: N,
  model: OwnModel | undefined,
): NonNullable<ModelParts[N]> {
  const part = model?.parts[name];
  if (part) return part;
  throw new InputError(
    `Cannot use "${path}": it was made with a ${name} of one's own: ` +
      (model
        ? `"${model.reference.path}" has none`
        : "name its module with --model"),
  );
}

/** The settings of weights, by the schema of today's module. */
function settingsOf(
  path: string,
  name: string,
  { settings }: { readonly settings: z.ZodType },
  { own }: OwnJson,
): unknown {
  const result = settings.safeParse(own);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new InputError(
    `Cannot use "${path}": its settings of ${name} must be those of the ` +
      `module: ${issue!.path.join(".")}: ${issue!.message}; restore the module`,
  );
}

/**
 * Loads a VAE of one configuration.
 *
 * @throws {InputError} naming the file, and the field that is another one
 */
export async function loadVae(
  path: string,
  config: ModelConfig["vae"],
): Promise<Weights<VaeWeights>> {
  return await loadWeights<VaeWeights>(path, {
    kind: "VideoVAE",
    config,
    form: {
      parameters: initAnyVae(config, metaInit()),
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
 *   diffusion was trained on the latents of another VAE, or adapters belong to
 *   other models
 */
export async function readTrainedModels(
  path: string,
  options: ReadModelsOptions = {},
): Promise<TrainedModels> {
  const file = (await diffusionFilesIn(path)).at(-1)!;
  const folder = dirname(file);
  const { config: facts, module } = await factsOfWeights(
    file,
    "Diffusion",
    diffusionConfigSchema,
  );
  const own = await moduleOf(file, module, options.model, options.log);
  const vae = await readVae(join(folder, VAE_FILE), { model: own });
  const latentSpace = latentSpaceOf(vae);
  if (latentSpace !== facts.vae) {
    throw new InputError(
      `Cannot use "${file}": it must have been trained on the latents of the ` +
        `VAE beside it, ${latentSpace.slice(0, 12)}: it was trained on those ` +
        `of ${facts.vae.slice(0, 12)}; put its own VAE there`,
    );
  }
  const config = boundModels(file, vae.config, facts, own);
  const rng = metaInit();
  const diffusion = await loadWeights<DiffusionParameters>(file, {
    kind: "Diffusion",
    config: facts,
    form: {
      text: initModel("text", config, rng),
      backbone: initModel("backbone", config, rng),
    },
  });
  return await withLora({
    file,
    config,
    vae: vae.tensors.parameters,
    statistics: vae.tensors.statistics,
    diffusion: diffusion.tensors,
    vocabulary: await readVocabulary(folder),
    ...(own && { own }),
    facts: { vae: vae.facts, diffusion: diffusion.facts },
    digests: { vae: vae.digest, diffusion: diffusion.digest },
  }, options.lora ?? []);
}

/** What the headers of the files of models say. */
export interface ModelHeader {
  readonly config: ModelConfig;
  /** Guidance with which they draw best. */
  readonly guidance: number;
  /** Sampler with which they draw best. */
  readonly sampler: SamplerName;
  /** The most frequent clips of the training. */
  readonly clip: TrainedShape;
}

/**
 * Reads the configuration of the models of a folder, their guidance and their
 * clips, from the headers of their files alone. It runs no code of a module.
 *
 * @param path As for {@link readTrainedModels}.
 * @throws {InputError} naming the file, if one is missing or of another kind, or
 *   names a module
 *
 * @example
 * ```ts
 * import { readModelHeader, SHIPPED } from "lib/pipeline/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { config, guidance, clip } = await readModelHeader(SHIPPED);
 * assert.equal(config.vae.latentChannels, 48);
 * assert.equal(guidance, 4);
 * assert.deepEqual(clip, { frames: 16, height: 64, width: 64, fps: 8 });
 * ```
 */
export async function readModelHeader(path: string): Promise<ModelHeader> {
  const file = (await diffusionFilesIn(path)).at(-1)!;
  const [diffusion, vae] = await Promise.all([
    factsOfWeights(file, "Diffusion", diffusionConfigSchema),
    factsOfWeights(
      join(dirname(file), VAE_FILE),
      "VideoVAE",
      orOwn(vaeConfigSchema),
    ),
  ]);
  return {
    config: boundModels(
      file,
      boundVae(file, vae.config, undefined),
      diffusion.config,
    ),
    guidance: guidanceOf(diffusion),
    sampler: samplerNameOf(diffusion),
    clip: trainedShape(diffusion),
  };
}

/** The configuration of models, with the parts of their module. */
function boundModels(
  path: string,
  vae: ModelConfig["vae"],
  { text, backbone }: z.infer<typeof diffusionConfigSchema>,
  own?: OwnModel,
): ModelConfig {
  return {
    vae,
    text: "own" in text ? boundPart(path, "text", text, own, ownText) : text,
    backbone: "own" in backbone
      ? boundPart(path, "backbone", backbone, own, ownBackbone)
      : backbone,
  };
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
  const adapters = names.sort().find((name) => name.endsWith(LORA_ENDING));
  if (adapters) {
    throw new InputError(
      `Cannot find trained models in "${path}": it must hold text encoder and ` +
        `backbone: it holds adapters of other models; name those, and ` +
        `--lora ${path}/${adapters}`,
    );
  }
  throw new InputError(
    `Cannot find trained models in "${path}": it must hold ${VAE_FILE} and ` +
      `${DIFFUSION_FILE} or a phase of a run: it holds ` +
      `${names.length > 0 ? names.join(", ") : "nothing"}; train them ` +
      "with deno task train, or name another folder",
  );
}
