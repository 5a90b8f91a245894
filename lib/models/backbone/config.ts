import * as z from "zod";

/** The shape of a HybridBackbone. */
export const backboneConfigSchema = z.strictObject({
  width: z.int().min(8).describe("channels of a token"),
  heads: z.int().min(1).describe("heads of the attention"),
  attentionLayers: z.int().min(0).describe("attention blocks"),
  cnnLayers: z.int().min(0).describe("CNN blocks, interleaved evenly"),
  cnnWidth: z.int().min(1).describe("channels inside a CNN block"),
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
export type LayerKind = "attention" | "cnn";

/**
 * The kind of each block, CNN blocks spread evenly among the others.
 *
 * @example
 * ```ts
 * import { layerKinds } from "lib/models/backbone/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(layerKinds({ attentionLayers: 2, cnnLayers: 2 }), ["attention", "cnn", "attention", "cnn"]);
 * ```
 */
export function layerKinds(
  { attentionLayers, cnnLayers }: Pick<
    BackboneConfig,
    "attentionLayers" | "cnnLayers"
  >,
): LayerKind[] {
  const total = attentionLayers + cnnLayers;
  const cnnBefore = (place: number): number =>
    Math.floor(place * cnnLayers / total);
  return Array.from(
    { length: total },
    (_, place) => cnnBefore(place + 1) > cnnBefore(place) ? "cnn" : "attention",
  );
}
