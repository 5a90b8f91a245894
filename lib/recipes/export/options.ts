import * as z from "zod";
import { clipSizeFlag } from "../clip_size.ts";
import { SHIPPED } from "../../pipeline/mod.ts";
import { overwriteFlag, textFlag, wholeNumber } from "../command_line/mod.ts";
import { PRESET_NAMES } from "../presets.ts";
import { modelFlag } from "../own_model.ts";

/** Flags of `deno task export`. */
export const exportFlags = z.strictObject({
  checkpoint: textFlag().optional().describe(
    `folder of trained models, a run's or packed ones (default: ${SHIPPED})`,
  ),
  model: modelFlag,
  preset: z.enum(PRESET_NAMES, {
    error: `must be one of ${PRESET_NAMES.join(", ")}`,
  }).optional().describe(
    "size of untrained models, in place of a checkpoint",
  ),
  out: textFlag().default("runs/export").describe(
    "folder that the files are written to",
  ),
  overwrite: overwriteFlag,
  clip: clipSizeFlag(
    "frames, height and width of the clips that the ONNX files are for, such as 16x64x64 (default: as the models were trained, or as the preset trains in phase 1)",
  ),
  batch: wholeNumber(1, 64)
    .default(1).describe("clips at once in the ONNX files"),
  seed: wholeNumber(0).default(1).describe(
    "seed of the weights of a preset",
  ),
});

/** The same, checked. */
export type ExportFlags = z.infer<typeof exportFlags>;
