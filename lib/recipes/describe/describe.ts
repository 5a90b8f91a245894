import { BYTES_PER_ELEMENT, sizeOf } from "../../core/mod.ts";
import { layerKinds } from "../../models/backbone/mod.ts";
import { metaInit } from "../../models/layers/mod.ts";
import { type GridSize, latentSizeOf, strideOf } from "../../models/vae/mod.ts";
import {
  clipTokens,
  initModels,
  modelFunctions,
} from "../../models/text_to_video/mod.ts";
import type { ShippedConfig } from "../../models/text_to_video/mod.ts";
import { flopsByPart, type Part, partsOf } from "./account.ts";

/** A model, its parts, and what its cost is counted by. */
export interface ModelDescription {
  readonly title: string;
  /** What the cost is divided by: `token`. */
  readonly unit: string;
  /** How many of them a call has. */
  readonly units: number;
  readonly root: Part;
}

/** The three models of a preset, in the order in which a prompt passes them. */
export interface Description {
  readonly text: ModelDescription;
  readonly backbone: ModelDescription;
  readonly vae: ModelDescription;
  /** The same in figures. */
  readonly summary: Summary;
}

/** What `deno task describe --json` prints. */
export interface Summary {
  readonly preset: string;
  readonly clip: GridSize;
  readonly backbone: ModelSummary & {
    readonly attentionBlocks: number;
    readonly cnnBlocks: number;
    /** Latent cells of the clip. */
    readonly tokens: number;
  };
  readonly vae: ModelSummary & {
    readonly encoder: number;
    readonly decoder: number;
    readonly latentChannels: number;
    readonly stride: { readonly space: number; readonly time: number };
  };
  readonly text: ModelSummary & {
    readonly characterRows: number;
    readonly ngramRows: number;
    readonly termRows: number;
    readonly characters: number;
    readonly queries: number;
  };
  /** Parameters of all three. */
  readonly total: number;
}

/** What is said of every model. */
interface ModelSummary {
  readonly parameters: number;
  /** As float32. */
  readonly bytes: number;
  /** Matrix products and convolutions, 2 for each multiply-add. */
  readonly flopsPerToken: number;
}

/**
 * Describes the models of a preset at a size of clip, without making them.
 *
 * @throws {InputError} naming the nearest legal size, if the strides do not divide the clip
 */
export function describe(
  preset: string,
  config: ShippedConfig,
  clip: GridSize,
): Description {
  const parameters = initModels(config, metaInit());
  const functions = modelFunctions(config, clip, 1);
  const grid = latentSizeOf(config.vae, clip);
  const cells = sizeOf(Object.values(grid));
  const tokens = sizeOf(Object.values(clipTokens(config, clip).grid));
  const sizes = `${clip.frames}x${clip.height}x${clip.width}`;

  const text = partsOf(
    parameters.text,
    flopsByPart(functions.textEncoder, parameters.text),
    "text encoder",
  );
  const backbone = partsOf(
    parameters.backbone,
    flopsByPart(functions.backbone, parameters.backbone),
    "backbone",
  );
  const vae = partsOf(
    parameters.vae,
    new Map([
      ...flopsByPart(functions.vaeEncoder, parameters.vae),
      ...flopsByPart(functions.vaeDecoder, parameters.vae),
    ]),
    "vae",
  );
  const half = (name: string): number =>
    vae.parts.find((part) => part.name === name)!.parameters;
  const kinds = layerKinds(config.backbone);
  const attentionBlocks = kinds.filter((kind) => kind !== "cnn").length;
  const cnnBlocks = kinds.length - attentionBlocks +
    2 * (config.backbone.cells?.layers ?? 0);
  const { maxCharacters, characterRows, ngramRows, termRows, queries } =
    config.text;
  return {
    text: {
      title: `MultilingualTextEncoder, ${preset}: ` +
        `${maxCharacters} characters to ${queries} tokens`,
      unit: "character",
      units: maxCharacters,
      root: text,
    },
    backbone: {
      title: `HybridBackbone, ${preset}: one step for a clip of ${sizes}, ` +
        `${tokens} tokens`,
      unit: "token",
      units: tokens,
      root: backbone,
    },
    vae: {
      title: `VideoVAE, ${preset}: a clip of ${sizes} to ${cells} latent ` +
        "cells and back",
      unit: "cell",
      units: cells,
      root: vae,
    },
    summary: {
      preset,
      clip,
      backbone: {
        ...summaryOf(backbone, tokens),
        attentionBlocks,
        cnnBlocks,
        tokens,
      },
      vae: {
        ...summaryOf(vae, cells),
        encoder: half("encoder"),
        decoder: half("decoder"),
        latentChannels: config.vae.latentChannels,
        stride: strideOf(config.vae),
      },
      text: {
        ...summaryOf(text, maxCharacters),
        characterRows,
        ngramRows,
        termRows,
        characters: maxCharacters,
        queries,
      },
      total: text.parameters + backbone.parameters + vae.parameters,
    },
  };
}

function summaryOf({ parameters, flops }: Part, units: number): ModelSummary {
  return {
    parameters,
    bytes: parameters * BYTES_PER_ELEMENT.float32,
    flopsPerToken: flops / units,
  };
}
