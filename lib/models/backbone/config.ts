import * as z from "zod";

/** The shape of a HybridBackbone. */
export const backboneConfigSchema = z.strictObject({
  width: z.int().min(8).describe("channels of a token"),
  heads: z.int().min(1).describe("attention heads"),
  attentionLayers: z.int().min(0).describe("attention blocks"),
  cnnLayers: z.int().min(0).describe("CNN blocks, interleaved evenly"),
  cnnWidth: z.int().min(1).describe("channels of a CNN block's bottleneck"),
  textConditioning: z.enum(["joint", "cross"]).describe(
    "how attention blocks attend to the text: joint, one attention over video and text; cross, a cross-attention of its own, as in LTX-2",
  ),
  wordEmbeddings: z.literal(false).optional().describe(
    "false: the backbone has no word embeddings and attends to the text encoder's tokens alone",
  ),
  pooledContextTokens: z.int().min(1).optional().describe(
    "context tokens that an MLP makes from the mean of the text tokens",
  ),
  patch: z.int().min(1).optional().describe(
    "rows and columns of latent cells that a token folds (default 1)",
  ),
  cells: z.strictObject({
    width: z.int().min(8).describe("channels of a cell"),
    layers: z.int().min(1).describe(
      "CNN blocks before the tokens, and as many after",
    ),
    cnnWidth: z.int().min(1).describe(
      "channels of a CNN block's bottleneck",
    ),
  }).optional().describe(
    "CNN blocks on the grid of latent cells, before cells are folded into tokens and after; what they see passes the tokens by to the output (default: none)",
  ),
  prediction: z.enum(["velocity", "x0"]).optional().describe(
    "output of the last layer: the velocity (default), or x0, the latent without noise, from which the velocity follows; a narrow backbone cannot carry the noise of many latent channels",
  ),
  scaledChannels: z.literal(true).optional().describe(
    "with x0-prediction: input and output are scaled by the variance of each latent channel, measured before training, so that channels of great variance do not hide those of little",
  ),
}).refine(
  ({ scaledChannels, prediction }) => !scaledChannels || prediction === "x0",
  "scaledChannels needs prediction x0",
).refine(
  ({ width, heads }) => width % (2 * heads) === 0,
  "width must be a multiple of 2 x heads",
).refine(
  ({ attentionLayers, cnnLayers }) => attentionLayers + cnnLayers > 0,
  "there must be at least one block",
);

/** The shape of a HybridBackbone, checked. */
export type BackboneConfig = z.infer<typeof backboneConfigSchema>;

/** The kinds of blocks; "cross" is an attention block with cross-attention to the text. */
type LayerKind = "attention" | "cross" | "cnn";

/**
 * The kind of each block, CNN blocks spread evenly among the others.
 *
 * @example
 * ```ts
 * import { layerKinds } from "lib/models/backbone/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const layers = { attentionLayers: 2, cnnLayers: 2 };
 * assert.deepEqual(layerKinds({ ...layers, textConditioning: "joint" }), ["attention", "cnn", "attention", "cnn"]);
 * assert.deepEqual(layerKinds({ ...layers, textConditioning: "cross" }), ["cross", "cnn", "cross", "cnn"]);
 * ```
 */
export function layerKinds(
  { attentionLayers, cnnLayers, textConditioning }: Pick<
    BackboneConfig,
    "attentionLayers" | "cnnLayers" | "textConditioning"
  >,
): LayerKind[] {
  const total = attentionLayers + cnnLayers;
  const cnnBefore = (place: number): number =>
    Math.floor(place * cnnLayers / total);
  return Array.from({ length: total }, (_, place) => {
    if (cnnBefore(place + 1) > cnnBefore(place)) return "cnn";
    return textConditioning === "cross" ? "cross" : "attention";
  });
}

/**
 * The pure Transformer that a hybrid is compared with: as deep and as wide, all
 * blocks on tokens, in LTX-2's style.
 *
 * @example
 * ```ts
 * import { layerKinds, pureTransformer } from "lib/models/backbone/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const hybrid = { width: 48, heads: 2, attentionLayers: 2, cnnLayers: 1, cnnWidth: 16, textConditioning: "joint" } as const;
 * assert.deepEqual(layerKinds(pureTransformer(hybrid)), ["cross", "cross", "cross"]);
 * ```
 */
export function pureTransformer(
  { cells, ...config }: BackboneConfig,
): BackboneConfig {
  return {
    ...config,
    attentionLayers: config.attentionLayers + config.cnnLayers +
      2 * (cells?.layers ?? 0),
    cnnLayers: 0,
    textConditioning: "cross",
  };
}
