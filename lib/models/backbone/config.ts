import * as z from "zod";

/** The shape of a HybridBackbone. */
export const backboneConfigSchema = z.strictObject({
  width: z.int().min(8).describe("channels of a token"),
  heads: z.int().min(1).describe("heads of the attention"),
  attentionLayers: z.int().min(0).describe("attention blocks"),
  cnnLayers: z.int().min(0).describe("CNN blocks, interleaved evenly"),
  cnnWidth: z.int().min(1).describe("channels inside a CNN block"),
  reading: z.enum(["joint", "cross"]).describe(
    "how attention blocks read the text: joint, with the keys and values of the video; cross, in an attention of its own, as LTX-2 does",
  ),
  wordless: z.literal(true).optional().describe(
    "no embeddings of words of its own: the text encoder alone is read",
  ),
  memory: z.int().min(1).optional().describe(
    "tokens besides in which the whole prompt is read, through two hidden layers: a memory of what the things it names look like",
  ),
  prediction: z.enum(["velocity", "x0"]).optional().describe(
    "output of the last layer: the velocity (default), or x0, the latent without noise, from which the velocity follows; a narrow backbone cannot carry the noise of many latent channels",
  ),
}).refine(
  ({ width, heads }) => width % (2 * heads) === 0,
  "width must be a multiple of 2 x heads",
).refine(
  ({ attentionLayers, cnnLayers }) => attentionLayers + cnnLayers > 0,
  "there must be at least one block",
);

/** The shape of a HybridBackbone, checked. */
export type BackboneConfig = z.infer<typeof backboneConfigSchema>;

/** The kinds of blocks. */
export type LayerKind = "attention" | "cross" | "cnn";

/**
 * The kind of each block, CNN blocks spread evenly among the others.
 *
 * @example
 * ```ts
 * import { layerKinds } from "lib/models/backbone/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const layers = { attentionLayers: 2, cnnLayers: 2 };
 * assert.deepEqual(layerKinds({ ...layers, reading: "joint" }), ["attention", "cnn", "attention", "cnn"]);
 * assert.deepEqual(layerKinds({ ...layers, reading: "cross" }), ["cross", "cnn", "cross", "cnn"]);
 * ```
 */
export function layerKinds(
  { attentionLayers, cnnLayers, reading }: Pick<
    BackboneConfig,
    "attentionLayers" | "cnnLayers" | "reading"
  >,
): LayerKind[] {
  const total = attentionLayers + cnnLayers;
  const cnnBefore = (place: number): number =>
    Math.floor(place * cnnLayers / total);
  return Array.from(
    { length: total },
    (_, place) =>
      cnnBefore(place + 1) > cnnBefore(place)
        ? "cnn"
        : reading === "cross"
        ? "cross"
        : "attention",
  );
}

/**
 * The pure Transformer that a hybrid is compared with: as deep and as wide,
 * every block in LTX-2's style.
 *
 * @example
 * ```ts
 * import { layerKinds, pureTransformer } from "lib/models/backbone/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const hybrid = { width: 48, heads: 2, attentionLayers: 2, cnnLayers: 1, cnnWidth: 16, reading: "joint" } as const;
 * assert.deepEqual(layerKinds(pureTransformer(hybrid)), ["cross", "cross", "cross"]);
 * ```
 */
export function pureTransformer(config: BackboneConfig): BackboneConfig {
  return {
    ...config,
    attentionLayers: config.attentionLayers + config.cnnLayers,
    cnnLayers: 0,
    reading: "cross",
  };
}
