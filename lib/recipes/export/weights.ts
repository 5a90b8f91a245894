import * as z from "zod";
import { float32, InputError, Rng, zeros } from "../../core/mod.ts";
import { readSafetensorsHeader } from "../../formats/safetensors/mod.ts";
import { backboneConfigSchema } from "../../models/backbone/mod.ts";
import { metaInit } from "../../models/layers/mod.ts";
import { textConfigSchema } from "../../models/text/mod.ts";
import {
  initVae,
  type LatentStatistics,
  type VaeConfig,
  vaeConfigSchema,
} from "../../models/vae/mod.ts";
import { factsOf, latentSpaceOf } from "../../pipeline/mod.ts";
import { loadWeights } from "../../pipeline/mod.ts";
import {
  initModels,
  type ModelParameters,
} from "../../models/text_to_video/mod.ts";
import type { ModelConfig } from "../../models/text_to_video/mod.ts";

/** The three models, ready to be written. */
export interface ExportedModels {
  readonly config: ModelConfig;
  readonly parameters: ModelParameters;
  /** Of the latents that the backbone was trained on. */
  readonly statistics: LatentStatistics;
  /** Where the weights come from. */
  readonly source: Readonly<Record<string, unknown>>;
}

/**
 * Models before training; their latents are taken as they are.
 *
 * @example
 * ```ts
 * import { freshModels } from "lib/recipes/export/weights.ts";
 * import { PRESETS } from "lib/recipes/presets.ts";
 * import assert from "node:assert/strict";
 *
 * const { statistics } = freshModels(PRESETS.tiny, 1);
 * assert.ok(statistics.std.data.every((value) => value === 1));
 * ```
 */
export function freshModels(config: ModelConfig, seed: number): ExportedModels {
  return {
    config,
    parameters: initModels(config, new Rng(seed)),
    statistics: plainStatistics(config.vae),
    source: { trained: false, seed },
  };
}

/** Statistics that change nothing. */
function plainStatistics({ latentChannels }: VaeConfig): LatentStatistics {
  return {
    mean: zeros([latentChannels]),
    std: float32(
      [latentChannels],
      new Array<number>(latentChannels).fill(1),
    ),
  };
}

/** What weights of text encoder and backbone say of themselves. */
const diffusionSchema = z.object({
  text: textConfigSchema,
  backbone: backboneConfigSchema,
  vae: z.string(),
});

/**
 * Reads what a run has trained: its VAE and the latest of its phases.
 *
 * @param folder Of a run of `deno task train`.
 *
 * @throws {InputError} if something is missing or damaged, or the two do not belong together
 */
export async function trainedModels(folder: string): Promise<ExportedModels> {
  const vaePath = `${folder}/vae.safetensors`;
  const vaeConfig = await configIn(vaePath, "VideoVAE", vaeConfigSchema);
  const vae = await loadWeights(vaePath, {
    kind: "VideoVAE",
    config: vaeConfig,
    form: {
      parameters: initVae(vaeConfig, metaInit()),
      statistics: plainStatistics(vaeConfig),
    },
  });
  const path = await latestPhase(folder);
  const facts = await configIn(path, "Diffusion", diffusionSchema);
  if (facts.vae !== latentSpaceOf(vae)) {
    throw new InputError(
      `Cannot export "${path}": it must have been trained on the latents of ` +
        `"${vaePath}": its VAE is ${facts.vae.slice(0, 8)}, that one is ` +
        `${latentSpaceOf(vae).slice(0, 8)}; train the phase again`,
    );
  }
  const config: ModelConfig = {
    vae: vaeConfig,
    text: facts.text,
    backbone: facts.backbone,
  };
  const { text, backbone } = initModels(config, metaInit());
  const diffusion = await loadWeights(path, {
    kind: "Diffusion",
    config: facts,
    form: { text, backbone },
  });
  return {
    config,
    parameters: { vae: vae.tensors.parameters, ...diffusion.tensors },
    statistics: vae.tensors.statistics,
    source: { trained: true, vae: vae.facts, diffusion: diffusion.facts },
  };
}

/** The weights of the last phase that is done. */
async function latestPhase(folder: string): Promise<string> {
  for (const phase of [5, 4, 3, 2, 1]) {
    const path = `${folder}/phase${phase}.safetensors`;
    if ((await Deno.stat(path).catch(() => undefined))?.isFile) return path;
  }
  throw new InputError(
    `Cannot export "${folder}": it must be a run of which a phase is done: ` +
      "there is no phase1.safetensors to phase5.safetensors in it; train " +
      "first with deno task train",
  );
}

/** The configuration in the header of weights. */
async function configIn<T>(
  path: string,
  kind: string,
  schema: z.ZodType<T>,
): Promise<T> {
  const { metadata } = await readSafetensorsHeader(path);
  const wrong = (found: string): InputError =>
    new InputError(
      `Cannot export "${path}": it must hold weights of a ${kind}: ${found}; ` +
        "pass the folder of a run of deno task train",
    );
  const facts = factsOf(metadata);
  if (metadata.kind !== kind || facts === undefined) {
    throw wrong(`it holds ${metadata.kind ?? "something else"}`);
  }
  const result = schema.safeParse(facts.config);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw wrong(
    `${issue!.path.join(".")} of its configuration is not right, ` +
      `${issue!.message}`,
  );
}
