import * as z from "zod";

/** The shape of a MultilingualTextEncoder. */
export const textConfigSchema = z.strictObject({
  characterRows: z.int().min(16).describe(
    "rows of the character table; characters are hashed into them",
  ),
  ngramRows: z.int().min(16).describe(
    "rows of the table for pairs and triples of characters, hashed",
  ),
  width: z.int().min(8).describe("channels inside the encoder"),
  layers: z.int().min(1).describe("transformer layers"),
  heads: z.int().min(1).describe("heads of the attention"),
  outputWidth: z.int().min(8).describe("channels of what the backbone reads"),
  maxCharacters: z.int().min(1).describe("characters read; the rest is cut"),
  wordRows: z.int().min(16).describe(
    "rows of the backbone's word table; words are hashed into them",
  ),
  maxWords: z.int().min(1).describe("words read; the rest is cut"),
}).refine(
  ({ width, heads }) => width % (2 * heads) === 0,
  "width must be a multiple of 2 x heads",
);

/** The shape of a MultilingualTextEncoder, checked. */
export type TextConfig = z.infer<typeof textConfigSchema>;
