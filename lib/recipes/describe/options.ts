import * as z from "zod";
import { clipSizeFlag } from "../clip_size.ts";
import { textFlag } from "../command_line/mod.ts";
import { modelFlag } from "../own_model.ts";
import { PRESET_NAMES } from "../presets.ts";
import { trainFlags } from "../train/options.ts";

/** Flags of `deno task describe`. */
export const describeFlags = z.strictObject({
  preset: z.enum(PRESET_NAMES, {
    error: `must be one of ${PRESET_NAMES.join(", ")}`,
  }).optional().describe("size of the models (default: nano)"),
  checkpoint: textFlag().optional().describe(
    "folder of trained models, a run or packed ones, in place of a preset",
  ),
  model: modelFlag,
  set: trainFlags.shape.set,
  clip: clipSizeFlag(
    "frames, height and width of the clip that is computed, such as 16x64x64 (default: those of training, the preset's in phase 1)",
  ),
  pure: z.boolean().default(false).describe(
    "the backbone as a pure Transformer in LTX-2's style, as deep and as wide",
  ),
  forward: z.enum(["textEncoder", "backbone", "vaeEncoder", "vaeDecoder"], {
    error: "must be textEncoder, backbone, vaeEncoder or vaeDecoder",
  }).optional().describe(
    "make this model and run it on the CPU, in place of the description; tells seconds and memory",
  ),
  json: z.boolean().default(false).describe("print one JSON object"),
});

/** The same, checked. */
export type DescribeOptions = z.infer<typeof describeFlags>;
