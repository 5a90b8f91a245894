import * as z from "zod";
import { InputError, isNdArray, leavesOf } from "../core/mod.ts";
import { digestOf } from "../formats/safetensors/mod.ts";
import { metaInit } from "../models/layers/mod.ts";
import {
  initLora,
  loraConfigSchema,
  type LoraParameters,
  loraScale,
  merged,
} from "../models/lora/mod.ts";
import type { TrainedModels } from "./trained_models.ts";
import { factsOfWeights, loadWeights } from "./weights.ts";

/** Kind of files of low-rank adapters. */
export const LORA_KIND = "LoRA";

/** End of the names of their files. */
export const LORA_ENDING = ".lora.safetensors";

/** Configuration in a file of adapters. */
export const loraFileSchema = loraConfigSchema.unwrap().extend({
  base: z.string().describe(
    "digest of the text encoder and backbone that were frozen",
  ),
});

/** A file of adapters, and how much of it counts. */
export interface LoraFile {
  readonly path: string;
  /** Factor on the change that the adapters make; 1 is as trained. */
  readonly scale: number;
}

/**
 * Models with the changes that adapters make, which add up. Their digest is that
 * of the changed numbers; stage, step and clip are those of the last file.
 *
 * @throws {InputError} naming the file, if it is missing, damaged, or belongs to
 *   other models
 */
export async function withLora(
  models: TrainedModels,
  files: readonly LoraFile[],
): Promise<TrainedModels> {
  if (files.length === 0) return models;
  let { diffusion, facts } = models;
  for (const { path, scale } of files) {
    const { base, ...lora } =
      (await factsOfWeights(path, LORA_KIND, loraFileSchema)).config;
    if (base !== models.digests.diffusion) {
      throw new InputError(
        `Cannot use "${path}": it must belong to the models of ` +
          `"${models.file}", ${
            models.digests.diffusion.slice(0, 12)
          }: it was ` +
          `trained on ${base.slice(0, 12)}; use it with the models that ` +
          "--finetune named",
      );
    }
    const weights = await loadWeights<LoraParameters>(path, {
      kind: LORA_KIND,
      config: { ...lora, base },
      form: initLora(models.diffusion, lora, metaInit()),
    });
    diffusion = merged(diffusion, weights.tensors, scale * loraScale(lora));
    const { stage, step, clip } = weights.facts;
    // Of other weights; adapters may have learned captions.
    const { score: _, unconditional: _u, ...rest } = facts.diffusion;
    facts = {
      ...facts,
      diffusion: { ...rest, stage, step, ...(clip && { clip }) },
    };
  }
  return {
    ...models,
    diffusion,
    facts,
    digests: {
      ...models.digests,
      diffusion: digestOf(leavesOf(diffusion, isNdArray)),
    },
  };
}
