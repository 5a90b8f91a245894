import * as z from "zod";
import { overwriteFlag, textFlag } from "../command_line/mod.ts";

/** Flags of `deno task docs`. */
export const docsFlags = z.strictObject({
  out: textFlag().default("runs/site").describe("folder of the site"),
  overwrite: overwriteFlag,
  notebooks: z.enum(["run", "saved"], { error: "must be run or saved" })
    .default("run").describe(
      "run: every notebook is run first, which takes minutes; saved: with the outputs that it has",
    ),
});

/** The same, checked. */
export type DocsFlags = z.infer<typeof docsFlags>;
