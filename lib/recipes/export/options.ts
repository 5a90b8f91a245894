import * as z from "zod";
import { clipSizeFlag } from "../clip_size.ts";
import { PRESET_NAMES } from "../presets.ts";

const whole = z.coerce.number({ error: "must be a number" })
  .int("must be a whole number");

/** Flags of `deno task export`. */
export const exportFlags = z.strictObject({
  checkpoint: z.string().min(1, "must not be empty").optional().describe(
    "folder of trained models: shipped ones or a run's",
  ),
  preset: z.enum(PRESET_NAMES, {
    error: `must be one of ${PRESET_NAMES.join(", ")}`,
  }).optional().describe(
    "size of models before training, in place of a checkpoint",
  ),
  out: z.string().min(1, "must not be empty").default("runs/export").describe(
    "folder that the files are written to",
  ),
  clip: clipSizeFlag(
    "16x64x64",
    "frames, height and width of the clips that the ONNX files are for",
  ),
  batch: whole.min(1, "must be 1 or more").max(64, "must be 64 or less")
    .default(1).describe("clips at once in the ONNX files"),
  seed: whole.min(0, "must be 0 or more").default(1).describe(
    "of the weights of a preset",
  ),
});

/** The same, checked. */
export type ExportFlags = z.infer<typeof exportFlags>;
