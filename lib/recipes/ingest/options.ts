import * as z from "zod";
import { KEEP_DEFAULTS } from "../../dataset/curate/mod.ts";

function atLeast(least: number): z.ZodCoercedNumber {
  const error = `must be a number from ${least} up`;
  return z.coerce.number({ error }).min(least, { error });
}

function share(): z.ZodCoercedNumber {
  const error = "must be a number from 0 to 1";
  return z.coerce.number({ error }).min(0, { error }).max(1, { error });
}

function whole(least: number, most: number): z.ZodCoercedNumber {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.coerce.number({ error }).int({ error }).min(least, { error })
    .max(most, { error });
}

/** Flags of `deno task ingest`. */
export const ingestFlags = z.strictObject({
  folders: z.array(z.string().min(1, "must not be empty")).min(
    1,
    "must name a folder or a video, or several",
  ).describe("folders, with all below them, and single videos"),
  out: z.string().min(1, "must not be empty").default("runs/dataset").describe(
    "folder of the manifest; a run that was interrupted there goes on",
  ),
  captions: z.string().min(1, "must not be empty").optional().describe(
    "CSV table with the columns file, caption, language, start, end",
  ),
  validation: share().default(0.05).describe(
    "share of the files that is kept for validation",
  ),
  minSeconds: atLeast(0).default(KEEP_DEFAULTS.minSeconds).describe(
    "shots that last less are dropped",
  ),
  maxSeconds: atLeast(0.5).default(10).describe(
    "shots that last longer are split into equal parts",
  ),
  minSide: whole(1, 65_536).default(KEEP_DEFAULTS.minSide).describe(
    "pixels that the shorter side must have",
  ),
  minMotion: atLeast(0).default(KEEP_DEFAULTS.minMotion).describe(
    "mean speed, in diagonals per second, below which a shot is a still",
  ),
  minSharpness: atLeast(0).default(KEEP_DEFAULTS.minSharpness).describe(
    "variance of the Laplacian below which a shot is out of focus",
  ),
  maxOverlay: share().default(KEEP_DEFAULTS.maxOverlay).describe(
    "share of the picture that may look like writing",
  ),
  processes: whole(1, 64).default(navigator.hardwareConcurrency).describe(
    "files that are decoded at once, each in a process of its own",
  ),
  patience: atLeast(1).default(120).describe(
    "seconds without a sign of life after which a file is given up",
  ),
});

/** The same, checked. */
export type IngestOptions = z.infer<typeof ingestFlags>;
