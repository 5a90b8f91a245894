import { pureTransformer } from "../../models/backbone/mod.ts";
import { type ModelConfig } from "../../models/text_to_video/mod.ts";
import { PRESETS } from "../presets.ts";
import type { TrainOptions } from "./options.ts";

/**
 * The models of a run: a preset's, or the same around a backbone to compare it with.
 *
 * @example
 * ```ts
 * import { modelsOf } from "lib/recipes/train/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { backbone } = modelsOf({ preset: "tiny", backbone: "pure" });
 * assert.deepEqual([backbone.attentionLayers, backbone.cnnLayers], [3, 0]);
 * const reduced = modelsOf({ preset: "tiny", backbone: "no-word-embeddings" });
 * assert.equal(reduced.backbone.wordEmbeddings, false);
 * ```
 */
export function modelsOf(
  { preset, backbone }: Pick<TrainOptions, "preset" | "backbone">,
): ModelConfig {
  const models = PRESETS[preset];
  switch (backbone) {
    case "hybrid":
      return models;
    case "pure":
      return { ...models, backbone: pureTransformer(models.backbone) };
    case "no-word-embeddings":
      return {
        ...models,
        backbone: { ...models.backbone, wordEmbeddings: false },
      };
  }
}
