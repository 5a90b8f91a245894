import * as z from "zod";

/** The shape of a MultilingualTextEncoder. */
export const textConfigSchema = z.strictObject({
  characterRows: z.int().min(16).describe(
    "rows of the character table: UNICODE_ROWS gives each character of Unicode its own, into fewer they are hashed",
  ),
  ngramRows: z.int().min(16).describe(
    "rows of the table for pairs and triples of characters, hashed",
  ),
  termRows: z.int().min(2).describe(
    "rows of the table of video terms: one for each, and one for plain text",
  ),
  width: z.int().min(8).describe("channels inside the encoder"),
  layers: z.int().min(1).describe("transformer layers"),
  heads: z.int().min(1).describe("heads of the attention"),
  queries: z.int().min(1).describe(
    "tokens in which the backbone reads a prompt, however long it is",
  ),
  outputWidth: z.int().min(8).describe("channels of each of them"),
  maxCharacters: z.int().min(1).describe(
    "characters read; longer prompts are cut between words",
  ),
  wordRows: z.int().min(16).describe(
    "rows of the backbone's word table; words are hashed into them",
  ),
  maxWords: z.int().min(1).describe("words read; the rest is cut"),
}).refine(
  ({ width, heads }) => width % (2 * heads) === 0,
  "width must be a multiple of 2 x heads",
).refine(
  ({ outputWidth, heads }) => outputWidth % heads === 0,
  "outputWidth must be a multiple of heads",
);

/** The shape of a MultilingualTextEncoder, checked. */
export type TextConfig = z.infer<typeof textConfigSchema>;
