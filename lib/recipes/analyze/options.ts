import * as z from "zod";
import { textFlag } from "../command_line/mod.ts";

/** Flags of `deno task analyze`. */
export const analyzeFlags = z.strictObject({
  file: textFlag().optional().describe(
    "a .safetensors file to compare with the inventory; only its header is read",
  ),
  url: textFlag().optional().describe(
    "the same, on a server; two range requests",
  ),
  out: textFlag().default("runs/ltx2_analysis")
    .describe("folder of the executed notebook"),
  text: z.boolean().default(false).describe(
    "print the analysis as text, without the notebook",
  ),
  json: z.boolean().default(false).describe(
    "print the totals, and the comparison if there is one, as JSON",
  ),
}).refine(
  ({ file, url }) => file === undefined || url === undefined,
  { path: ["url"], message: "must stand alone, without --file" },
);

/** Flags that the notebook takes. */
export const notebookFlags = z.strictObject({
  file: analyzeFlags.shape.file,
  url: analyzeFlags.shape.url,
  out: analyzeFlags.shape.out,
});

export type AnalyzeOptions = z.infer<typeof analyzeFlags>;
