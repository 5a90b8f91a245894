import * as z from "zod";
import type { VaeStride } from "../vae/mod.ts";

/** The shape of a PromptedDecoder. */
export const decoderConfigSchema = z.strictObject({
  levels: z.array(z.strictObject({
    width: z.int().min(32).multipleOf(32).describe("channels of a cell"),
    blocks: z.int().min(1).describe("blocks, one after another"),
  })).min(1).describe(
    "from a cell of the latent to fine ones; each level after the first doubles time, height and width",
  ),
  memory: z.int().min(1).describe(
    "tokens in which the whole prompt is read, through two hidden layers: a memory of what the things it names look like",
  ),
  memoryWidth: z.int().min(1).describe("channels of such a token"),
  patch: z.int().min(1).describe(
    "pixels along a side that the last layer unfolds from channels",
  ),
  sprite: z.strictObject({
    side: z.int().min(2).describe("points along its side"),
    pictures: z.int().min(1).describe("pictures that every sprite is a sum of"),
  }).optional().describe(
    "one picture for a whole clip of the thing that the prompt names, laid over the rest",
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
 * const levels = [{ width: 64, blocks: 2 }, { width: 32, blocks: 1 }];
 * assert.deepEqual(enlargementOf({ levels, patch: 4 }), { space: 8, time: 2 });
 * ```
 */
export function enlargementOf(
  { levels, patch }: Pick<DecoderConfig, "levels" | "patch">,
): VaeStride {
  const time = 2 ** (levels.length - 1);
  return { space: patch * time, time };
}
