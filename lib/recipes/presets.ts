import { UNICODE_ROWS } from "../models/text/mod.ts";
import type { ShippedConfig } from "../models/text_to_video/mod.ts";

/** Names of presets, from the smallest to the largest. */
export const PRESET_NAMES = [
  "tiny",
  "mini",
  "nano",
  "small",
  "base",
] as const;

/** Name of a preset. */
export type PresetName = typeof PRESET_NAMES[number];

/** A row for each of 500 video terms and one for plain text. */
const TERM_ROWS = 501;

/** Latent cells of 8x8 pixels x 4 frames, which keep details of real video. */
const CELLS_VAE: ShippedConfig["vae"] = {
  patch: 4,
  framePatch: 2,
  widths: [48, 128],
  blocks: 1,
  latentChannels: 48,
  heads: 4,
  attentionWindow: 8,
  beta: { initial: 1e-5, min: 1e-6, max: 2e-5 },
  shortcut: true,
};

/** CNN blocks on the cells, attention on tokens of 2x2 of them. */
const CELLS_BACKBONE: ShippedConfig["backbone"] = {
  width: 192,
  heads: 6,
  attentionLayers: 4,
  cnnLayers: 0,
  cnnWidth: 64,
  textConditioning: "joint",
  patch: 2,
  cells: { width: 96, layers: 2, cnnWidth: 64 },
  prediction: "x0",
  scaledChannels: true,
};

/**
 * `tiny` trains in seconds, for tests; `mini` and `nano` in hours on two CPU cores,
 * `mini` with captions of one language and few words, `nano` with tables for 104
 * languages; `small` trains in days on a GPU with 8 GB; `base` has the report's
 * 485 M parameters.
 *
 * A token of all covers 16x16 pixels and 4 frames; but for `tiny` and `base` it is
 * folded from 2x2 latent cells, on which CNN blocks work. All but `base` start with
 * a small KL weight, those with cells with almost none (docs/specification.md).
 */
export const PRESETS: Readonly<Record<PresetName, ShippedConfig>> = {
  tiny: {
    vae: {
      patch: 4,
      widths: [8, 16, 32],
      blocks: 1,
      latentChannels: 8,
      heads: 2,
      attentionWindow: 8,
      beta: { initial: 1e-4, min: 1e-6, max: 1 },
    },
    text: {
      characterRows: 256,
      ngramRows: 512,
      termRows: TERM_ROWS,
      width: 32,
      layers: 1,
      heads: 2,
      queries: 4,
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
      textConditioning: "joint",
    },
  },
  mini: {
    vae: CELLS_VAE,
    text: {
      characterRows: 512,
      ngramRows: 4096,
      termRows: TERM_ROWS,
      width: 64,
      layers: 2,
      heads: 4,
      queries: 8,
      outputWidth: 128,
      maxCharacters: 160,
      wordRows: 2048,
      maxWords: 32,
    },
    backbone: CELLS_BACKBONE,
  },
  nano: {
    vae: CELLS_VAE,
    text: {
      characterRows: 2048,
      ngramRows: 32_768,
      termRows: TERM_ROWS,
      width: 96,
      layers: 2,
      heads: 4,
      queries: 16,
      outputWidth: 192,
      maxCharacters: 96,
      wordRows: 8192,
      maxWords: 16,
    },
    backbone: {
      ...CELLS_BACKBONE,
      wordEmbeddings: false,
      pooledContextTokens: 16,
    },
  },
  small: {
    vae: { ...CELLS_VAE, widths: [96, 256], blocks: 2 },
    text: {
      characterRows: 32_768,
      ngramRows: 65_536,
      termRows: TERM_ROWS,
      width: 192,
      layers: 4,
      heads: 8,
      queries: 24,
      outputWidth: 512,
      maxCharacters: 256,
      wordRows: 16_384,
      maxWords: 48,
    },
    backbone: {
      ...CELLS_BACKBONE,
      width: 512,
      heads: 8,
      attentionLayers: 15,
      cnnLayers: 5,
      cnnWidth: 192,
      cells: { width: 192, layers: 3, cnnWidth: 128 },
    },
  },
  // docs/specification.md has the arithmetic; a test checks it to 2 %.
  base: {
    vae: {
      patch: 4,
      widths: [128, 256, 512],
      blocks: 3,
      latentChannels: 256,
      heads: 8,
      attentionWindow: 8,
      beta: { initial: 0.1, min: 1e-4, max: 1 },
    },
    text: {
      characterRows: UNICODE_ROWS,
      ngramRows: 145_000,
      termRows: TERM_ROWS,
      width: 256,
      layers: 4,
      heads: 8,
      queries: 32,
      outputWidth: 768,
      maxCharacters: 512,
      wordRows: 32_000,
      maxWords: 64,
    },
    backbone: {
      width: 768,
      heads: 12,
      attentionLayers: 30,
      cnnLayers: 18,
      cnnWidth: 256,
      textConditioning: "joint",
    },
  },
};
