import * as z from "zod";
import { overwriteFlag, textFlag } from "../command_line/mod.ts";
import { loraFilesFlag } from "../lora.ts";

/** The folder and flags of `deno task merge`. */
export const mergeFlags = z.strictObject({
  checkpoint: z.array(textFlag()).length(
    1,
    "must be one folder of trained models, such as checkpoints/nano",
  ).describe("folder of the models on which the adapters were trained"),
  lora: loraFilesFlag.refine(
    (files) => files.length > 0,
    "must name a file of adapters, such as runs/mine/phase5.lora.safetensors",
  ).describe("adapters, FILE or FILE:SCALE; several add up"),
  out: textFlag().default("runs/merged").describe(
    "folder for the merged models",
  ),
  half: z.boolean().default(false).describe(
    "write half precision, as shipped models are: half the size, rounded",
  ),
  overwrite: overwriteFlag,
});

/** The same, checked. */
export type MergeOptions = z.infer<typeof mergeFlags>;
