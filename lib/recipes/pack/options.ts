import * as z from "zod";
import {
  numberFlag,
  overwriteFlag,
  samplerFlag,
  textFlag,
} from "../command_line/mod.ts";

/** Flags of `deno task pack`. */
export const packFlags = z.strictObject({
  run: textFlag().describe(
    "folder of a run with its VAE and at least one phase done, or of packed models",
  ),
  vae: textFlag().optional().describe(
    "weights of a VAE with the same latents in place of the run's, such as one of --freeze-encoder",
  ),
  guidance: numberFlag({ least: 0 }).optional().describe(
    "guidance with which deno task generate draws, where it is given none (default: the run's, or 4)",
  ),
  sampler: samplerFlag.describe(
    "sampler with which deno task generate draws, where it is given none (default: the run's, or unipc)",
  ),
  before: textFlag().optional().describe(
    "folder of the models that the run was trained on from; what is packed lies between them and the run's",
  ),
  share: numberFlag({ least: 0, most: 1 }).default(0.5)
    .describe("how far from those of --before to those of the run"),
  out: textFlag().default("runs/packed").describe(
    "folder for the packed models",
  ),
  overwrite: overwriteFlag,
});

/** The same, checked. */
export type PackOptions = z.infer<typeof packFlags>;
