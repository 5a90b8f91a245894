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
  heads: z.int().min(1).describe("attention heads"),
  queries: z.int().min(1).describe(
    "text tokens that the backbone gets, for a prompt of any length",
  ),
  outputWidth: z.int().min(8).describe("channels of a text token"),
  maxCharacters: z.int().min(1).describe(
    "most characters of a prompt; longer ones are cut between words",
  ),
  wordRows: z.int().min(16).describe(
    "rows of the backbone's word embeddings; words are hashed into them",
  ),
  maxWords: z.int().min(1).describe("most words of a prompt"),
}).refine(
  ({ width, heads }) => width % (2 * heads) === 0,
  "width must be a multiple of 2 x heads",
).refine(
  ({ outputWidth, heads }) => outputWidth % heads === 0,
  "outputWidth must be a multiple of heads",
);

/** The shape of a MultilingualTextEncoder, checked. */
export type TextConfig = z.infer<typeof textConfigSchema>;
