import * as z from "zod";
import { overwriteFlag, textFlag } from "../command_line/mod.ts";

/** Words and flags of `deno task runs`. */
export const runsFlags = z.strictObject({
  command: z.array(z.string()).describe(
    "none lists the runs; compare RUN RUN... prints how settings and scores differ and writes a page of curves and samples; export RUN writes the metrics as CSV",
  ),
  folder: textFlag().default("runs").describe(
    "folder that holds the runs, also in folders of its own",
  ),
  out: textFlag().optional().describe(
    "file of export (default: RUN/metrics.csv), or page of compare (default: a new FOLDER/compare_01.html)",
  ),
  overwrite: overwriteFlag,
  json: z.boolean().default(false).describe(
    "print the list, or the comparison, as JSON",
  ),
});

/** The same, checked. */
export type RunsOptions = z.infer<typeof runsFlags>;
