import type { BackboneConfig } from "../models/backbone/mod.ts";
import type { TextConfig } from "../models/text/mod.ts";
import type { VaeConfig } from "../models/vae/mod.ts";

/** The three models that together turn a prompt into a video. */
export interface ModelConfig {
  readonly vae: VaeConfig;
  readonly text: TextConfig;
  readonly backbone: BackboneConfig;
}

/** Sizes that have a name. */
export type PresetName = "tiny" | "nano";

/**
 * `tiny` runs in seconds and proves that everything fits together; `nano`
 * learns something good on two CPU cores. Both shrink clips 16 times in space
 * and 4 times in time, as every preset does.
 */
export const PRESETS: Readonly<Record<PresetName, ModelConfig>> = {
  tiny: {
    vae: {
      patch: 4,
      widths: [8, 16, 32],
      blocks: 1,
      latentChannels: 8,
      heads: 2,
    },
    text: {
      characterRows: 256,
      ngramRows: 512,
      width: 32,
      layers: 1,
      heads: 2,
      outputWidth: 48,
      maxCharacters: 48,
      wordRows: 128,
      maxWords: 12,
    },
    backbone: {
      width: 48,
      heads: 2,
      attentionLayers: 2,
      cnnLayers: 1,
      cnnWidth: 16,
    },
  },
  nano: {
    vae: {
      patch: 4,
      widths: [32, 64, 128],
      blocks: 1,
      latentChannels: 16,
      heads: 4,
    },
    text: {
      characterRows: 2048,
      ngramRows: 4096,
      width: 96,
      layers: 2,
      heads: 4,
      outputWidth: 192,
      maxCharacters: 64,
      wordRows: 1024,
      maxWords: 16,
    },
    backbone: {
      width: 192,
      heads: 6,
      attentionLayers: 4,
      cnnLayers: 2,
      cnnWidth: 64,
    },
  },
};
