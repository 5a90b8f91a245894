import * as z from "zod";
import { PRESET_NAMES } from "../presets.ts";

const path = z.string().min(1, "must not be empty");

/** Flags of `deno task average`. */
export const averageFlags = z.strictObject({
  run: path.default("runs/train").describe("folder of a run"),
  preset: z.enum(PRESET_NAMES, {
    error: `must be one of ${PRESET_NAMES.join(", ")}`,
  }).default("nano").describe("size of its models"),
  phase: z.coerce.number({ error: "must be a number" })
    .int("must be 1 to 5").min(1, "must be 1 to 5").max(5, "must be 1 to 5")
    .default(1).describe("phase that is done"),
  std: z.coerce.number({ error: "must be a number" })
    .min(0.01, "must be 0.01 or more").max(0.25, "must be at most 0.25")
    .default(0.1).describe(
      "length of the average, as a share of the phase (relative standard deviation)",
    ),
  out: path.optional().describe(
    "file to write; without it, beside the phase's weights",
  ),
});

/** The same, checked. */
export type AverageOptions = z.infer<typeof averageFlags>;
