import * as z from "zod";
import { deviceFlag, overwriteFlag, textFlag } from "../command_line/mod.ts";

/** The folder and flags of `deno task release`. */
export const releaseFlags = z.strictObject({
  checkpoint: z.array(z.string()).length(1, "must be one folder").describe(
    "folder of packed models with their card, thresholds.json and, where there was a release before, release.json",
  ),
  out: textFlag().default("runs/release").describe("folder of the release"),
  overwrite: overwriteFlag,
  data: textFlag().optional().describe(
    "folder of deno task ingest, whose held-out clips are the questions for a model of real video",
  ),
  thresholds: textFlag().optional().describe(
    "limits of the metrics (default: thresholds.json of the checkpoint)",
  ),
  last: textFlag().optional().describe(
    "metrics of the release before (default: release.json of the checkpoint, where there is one)",
  ),
  device: deviceFlag,
});

/** The same, checked. */
export type ReleaseFlags = z.infer<typeof releaseFlags>;
