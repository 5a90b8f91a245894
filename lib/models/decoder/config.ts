import * as z from "zod";
import type { VaeStride } from "../vae/mod.ts";

/** The shape of a PromptedDecoder. */
export const decoderConfigSchema = z.strictObject({
  widths: z.array(z.int().min(32).multipleOf(32)).min(1).describe(
    "channels of each level, from a cell of the latent to fine ones; each level after the first doubles time, height and width",
  ),
  blocks: z.int().min(1).describe("blocks at each level"),
  memory: z.int().min(1).describe(
    "tokens in which the whole prompt is read, each by a matrix of its own: a memory of what the things it names look like",
  ),
  memoryWidth: z.int().min(1).describe("channels of such a token"),
  patch: z.int().min(1).describe(
    "pixels along a side that the last layer unfolds from channels",
  ),
});

/** The shape of a PromptedDecoder, checked. */
export type DecoderConfig = z.infer<typeof decoderConfigSchema>;

/**
 * How much a decoder enlarges a latent along each axis; it must be what the VAE
 * shrinks clips by.
 *
 * @example
 * ```ts
 * import { enlargementOf } from "lib/models/decoder/mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(enlargementOf({ widths: [128, 96, 64], patch: 4 }), { space: 16, time: 4 });
 * ```
 */
export function enlargementOf(
  { widths, patch }: Pick<DecoderConfig, "widths" | "patch">,
): VaeStride {
  const time = 2 ** (widths.length - 1);
  return { space: patch * time, time };
}
