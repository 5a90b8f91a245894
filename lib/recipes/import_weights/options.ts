import * as z from "zod";
import { overwriteFlag, textFlag } from "../command_line/mod.ts";
import { PRESET_NAMES } from "../presets.ts";

/** Models that foreign weights can become. */
export const IMPORTED_MODELS = ["ltx-vae", "vae", "text", "backbone"] as const;

/** The file and flags of `deno task import-weights`. */
export const importFlags = z.strictObject({
  file: z.array(z.string()).length(1, "must be one file").describe(
    "state dictionary: .safetensors, or what torch.save wrote",
  ),
  model: z.enum(IMPORTED_MODELS, {
    error: `must be one of ${IMPORTED_MODELS.join(", ")}`,
  }).describe("model that the weights become"),
  config: textFlag().optional().describe(
    "with ltx-vae: config.json of the weights (default: beside the file)",
  ),
  preset: z.enum(PRESET_NAMES, {
    error: `must be one of ${PRESET_NAMES.join(", ")}`,
  }).default("nano").describe("size of the other models"),
  map: textFlag().optional().describe(
    "mapping file: patterns of names, and the names of ours (default for ltx-vae: that of its public layout)",
  ),
  out: textFlag().default("runs/imported.safetensors").describe(
    "file that is written",
  ),
  reconstruct: textFlag().optional().describe(
    "with ltx-vae: video whose beginning is sent through the VAE and back, to try the weights; the result is written beside --out",
  ),
  overwrite: overwriteFlag,
});

/** The same, checked. */
export type ImportFlags = z.infer<typeof importFlags>;
