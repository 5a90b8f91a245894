import * as z from "zod";
import { PHASES } from "../../dataset/vocabulary/mod.ts";
import { TERM_CATEGORIES } from "../../models/text/mod.ts";
import { wholeNumber } from "../command_line/mod.ts";
import { languagesFlag, languagesOf } from "../languages.ts";

/** Flags of `deno task captions`. */
export const captionsFlags = z.strictObject({
  phase: wholeNumber(1, PHASES.length)
    .default(1).describe("phase of the clip"),
  index: wholeNumber(0).default(0).describe("index of the clip"),
  seed: wholeNumber(0).default(0).describe("seed of the synthetic world"),
  split: z.enum(["train", "validation"], {
    error: "must be train or validation",
  }).default("train").describe("split of the clip"),
  languages: languagesFlag.default("all").transform(languagesOf).describe(
    "comma-separated language tags, or all",
  ),
  style: z.enum(["sentence", "names"], {
    error: "must be sentence or names",
  }).default("sentence").describe(
    "sentence: sentences in 40 languages; names: Unicode CLDR names in all",
  ),
  terms: z.enum(TERM_CATEGORIES, {
    error: `must be one of ${TERM_CATEGORIES.join(", ")}`,
  }).optional().describe(
    `print video terms instead: ${TERM_CATEGORIES.join(", ")}`,
  ),
});

/** Options of `deno task captions`. */
export type CaptionsOptions = z.infer<typeof captionsFlags>;
