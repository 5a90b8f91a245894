import * as z from "zod";
import { DEVICE_CHOICES } from "../../compiler/mod.ts";
import { PRESET_NAMES } from "../presets.ts";

const count = z.coerce.number({ error: "must be a number" })
  .int("must be a whole number").min(1, "must be 1 or more");

/** What can be asked about: the VAE, or one of the five phases. */
export const PHASES = ["vae", "1", "2", "3", "4", "5"] as const;

/** Flags of `deno task estimate`. */
export const estimateFlags = z.strictObject({
  preset: z.enum(PRESET_NAMES, {
    error: `must be one of ${PRESET_NAMES.join(", ")}`,
  }).default("base").describe("size of the models"),
  phase: z.enum(PHASES, { error: `must be one of ${PHASES.join(", ")}` })
    .default("1").describe("phase of the training, or vae"),
  device: z.enum(DEVICE_CHOICES, {
    error: `must be one of ${DEVICE_CHOICES.join(", ")}`,
  }).default("cpu").describe("where it is to be trained"),
  memory: z.coerce.number({ error: "must be a number" })
    .positive("must be above 0").default(8).describe(
      "memory that it must fit into, in GB",
    ),
  batch: count.optional().describe(
    "clips that go through the model at once, in place of the curriculum's",
  ),
  accumulation: count.optional().describe(
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
