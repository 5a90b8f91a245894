import type { CostPhase, OwnModel } from "../../ltx2/mod.ts";
import { pureTransformer } from "../../models/backbone/mod.ts";
import { shapesOnly } from "../../models/layers/mod.ts";
import { strideOf } from "../../models/vae/mod.ts";
import { countParameters } from "../../trainer/mod.ts";
import { initModels } from "../models.ts";
import { PRESETS } from "../presets.ts";

/** The five phases of preset `base`, as the report has them. */
const PHASES: readonly CostPhase[] = [
  { name: "1", epochs: 20, samples: 1000, batch: 4, size: 256, frames: 16 },
  { name: "2", epochs: 25, samples: 1500, batch: 4, size: 320, frames: 24 },
  { name: "3", epochs: 30, samples: 2000, batch: 2, size: 384, frames: 32 },
  { name: "4", epochs: 20, samples: 1200, batch: 2, size: 384, frames: 32 },
  { name: "5", epochs: 15, samples: 4000, batch: 2, size: 384, frames: 32 },
];

/**
 * Preset `base` and its phases, as the analysis of their cost wants them.
 *
 * @example
 * ```ts
 * import { baseModel } from "lib/recipes/analyze/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { hybrid, pure } = baseModel();
 * assert.equal(pure.attentionLayers, hybrid.attentionLayers + hybrid.cnnLayers);
 * ```
 */
export function baseModel(): OwnModel {
  const { vae, text, backbone } = PRESETS.base;
  const models = initModels(PRESETS.base, shapesOnly());
  return {
    hybrid: backbone,
    pure: pureTransformer(backbone),
    parameters: {
      backbone: countParameters(models.backbone),
      text: countParameters(models.text),
      vae: countParameters(models.vae),
    },
    latent: { ...strideOf(vae), channels: vae.latentChannels },
    textTokens: text.queries + text.maxWords,
    phases: PHASES,
  };
}
