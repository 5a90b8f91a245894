import type { OwnModel } from "../../ltx2/mod.ts";
import { pureTransformer } from "../../models/backbone/mod.ts";
import { metaInit } from "../../models/layers/mod.ts";
import { strideOf } from "../../models/vae/mod.ts";
import { countParameters } from "../../trainer/mod.ts";
import { initModels } from "../../models/text_to_video/mod.ts";
import { PRESETS } from "../presets.ts";
import { phaseOf, STAGES } from "../../trainer/mod.ts";
import { stagePlan } from "../curriculum.ts";

/**
 * Preset `base` and its phases, for the analysis of their cost.
 */
export function baseModel(): OwnModel {
  const { vae, text, backbone } = PRESETS.base;
  const models = initModels(PRESETS.base, metaInit());
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
    phases: STAGES.flatMap((stage) => {
      const phase = phaseOf(stage);
      return phase === undefined
        ? []
        : [{ name: String(phase), ...stagePlan("base", stage) }];
    }),
  };
}
