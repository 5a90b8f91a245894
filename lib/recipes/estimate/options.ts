import * as z from "zod";
import { deviceFlag, numberFlag, wholeNumber } from "../command_line/mod.ts";
import { PRESET_NAMES } from "../presets.ts";

/** What can be asked about: the VAE, or one of the five phases. */
export const PHASES = ["vae", "1", "2", "3", "4", "5"] as const;

/** Flags of `deno task estimate`. */
export const estimateFlags = z.strictObject({
  preset: z.enum(PRESET_NAMES, {
    error: `must be one of ${PRESET_NAMES.join(", ")}`,
  }).default("nano").describe("size of the models"),
  phase: z.enum(PHASES, { error: `must be one of ${PHASES.join(", ")}` })
    .default("1").describe("phase of the training, or vae"),
  device: deviceFlag.describe("where it is to be trained"),
  memory: numberFlag({ above: 0 }).default(8).describe(
    "memory that it must fit into, in GB",
  ),
  batch: wholeNumber(1, 4096).optional().describe(
    "clips that go through the model at once, in place of the curriculum's",
  ),
  accumulation: wholeNumber(1, 65_536).optional().describe(
    "batches whose gradients make one update, in place of the curriculum's",
  ),
  recompute: z.boolean().default(false).describe(
    "compute the backbone's blocks again in the backward pass",
  ),
  measure: z.boolean().default(false).describe(
    "train three steps first and show what they take (CPU)",
  ),
  json: z.boolean().default(false).describe("print one JSON object"),
});

/** The same, checked. */
export type EstimateOptions = z.infer<typeof estimateFlags>;
