import { BYTES_PER_ELEMENT, sizeOf } from "../../core/mod.ts";
import { layerKinds } from "../../models/backbone/mod.ts";
import { metaInit } from "../../models/layers/mod.ts";
import { type GridSize, latentSizeOf, strideOf } from "../../models/vae/mod.ts";
import {
  clipTokens,
  initModels,
  isOwn,
  type ModelConfig,
  modelFunctions,
} from "../../models/text_to_video/mod.ts";
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

/** Three models, in the order in which a prompt passes them. */
export interface Description {
  readonly text: ModelDescription;
  readonly backbone: ModelDescription;
  readonly vae: ModelDescription;
  /** The same in figures. */
  readonly summary: Summary;
}

/** What `deno task describe --json` prints. Parts of one's own have no layers that it knows. */
export interface Summary {
  /** The preset, or the file of trained models. */
  readonly preset: string;
  readonly clip: GridSize;
  readonly backbone: ModelSummary & {
    readonly attentionBlocks?: number;
    readonly cnnBlocks?: number;
    /** Latent cells of the clip. */
    readonly tokens: number;
  };
  readonly vae: ModelSummary & {
    readonly encoder?: number;
    readonly decoder?: number;
    readonly latentChannels: number;
    readonly stride: { readonly space: number; readonly time: number };
  };
  readonly text: ModelSummary & {
    readonly characterRows?: number;
    readonly ngramRows?: number;
    readonly termRows?: number;
    readonly characters?: number;
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
 * Describes models at a size of clip, without making them.
 *
 * @param name Of the preset, or of what they were read from.
 * @throws {InputError} naming the nearest legal size, if the strides do not divide the clip
 */
export function describe(
  name: string,
  config: ModelConfig,
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
  const { queries, ...rows } = textFigures(config.text);
  const [unit, units] = rows.characters === undefined
    ? ["token", queries] as const
    : ["character", rows.characters] as const;
  return {
    text: {
      title: isOwn(config.text)
        ? `Text encoder of the module, ${name}: a prompt to ${
          tokensText(queries)
        }`
        : `MultilingualTextEncoder, ${name}: ${units} characters to ` +
          tokensText(queries),
      unit,
      units,
      root: text,
    },
    backbone: {
      title: `${
        isOwn(config.backbone) ? "Backbone of the module" : "HybridBackbone"
      }, ${name}: one step for a clip of ${sizes}, ${tokensText(tokens)}`,
      unit: "token",
      units: tokens,
      root: backbone,
    },
    vae: {
      title: `${
        isOwn(config.vae) ? "VAE of the module" : "VideoVAE"
      }, ${name}: a clip of ${sizes} to ${cells} latent cells and back`,
      unit: "cell",
      units: cells,
      root: vae,
    },
    summary: {
      preset: name,
      clip,
      backbone: {
        ...summaryOf(backbone, tokens),
        ...blockCounts(config.backbone),
        tokens,
      },
      vae: {
        ...summaryOf(vae, cells),
        ...halvesOf(config.vae, vae),
        latentChannels: config.vae.latentChannels,
        stride: strideOf(config.vae),
      },
      text: { ...summaryOf(text, units), ...rows, queries },
      total: text.parameters + backbone.parameters + vae.parameters,
    },
  };
}

function tokensText(count: number): string {
  return `${count} token${count === 1 ? "" : "s"}`;
}

function textFigures(text: ModelConfig["text"]): Pick<
  Summary["text"],
  "characterRows" | "ngramRows" | "termRows" | "characters" | "queries"
> {
  if (isOwn(text)) return { queries: text.part.tokens(text.own) };
  const { maxCharacters, characterRows, ngramRows, termRows, queries } = text;
  return {
    characterRows,
    ngramRows,
    termRows,
    characters: maxCharacters,
    queries,
  };
}

function blockCounts(
  backbone: ModelConfig["backbone"],
): Pick<Summary["backbone"], "attentionBlocks" | "cnnBlocks"> {
  if (isOwn(backbone)) return {};
  const kinds = layerKinds(backbone);
  const attentionBlocks = kinds.filter((kind) => kind !== "cnn").length;
  return {
    attentionBlocks,
    cnnBlocks: kinds.length - attentionBlocks +
      2 * (backbone.cells?.layers ?? 0),
  };
}

function halvesOf(
  config: ModelConfig["vae"],
  vae: Part,
): Pick<Summary["vae"], "encoder" | "decoder"> {
  if (isOwn(config)) return {};
  const [encoder, decoder] = ["encoder", "decoder"].map((name) =>
    vae.parts.find((part) => part.name === name)!.parameters
  );
  return { encoder: encoder!, decoder: decoder! };
}

function summaryOf({ parameters, flops }: Part, units: number): ModelSummary {
  return {
    parameters,
    bytes: parameters * BYTES_PER_ELEMENT.float32,
    flopsPerToken: flops / units,
  };
}
