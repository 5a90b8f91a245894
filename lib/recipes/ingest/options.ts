import * as z from "zod";
import { KEEP_DEFAULTS } from "../../dataset/curate/mod.ts";
import { numberFlag, textFlag, wholeNumber } from "../command_line/mod.ts";

/** Flags of `deno task ingest`. */
export const ingestFlags = z.strictObject({
  folders: z.array(textFlag()).min(
    1,
    "must name a folder or a video, or several",
  ).describe("folders, searched recursively, and single videos"),
  out: textFlag().default("runs/dataset").describe(
    "folder of the manifest; an interrupted run there continues",
  ),
  captions: textFlag().optional().describe(
    "table of captions, CSV, TSV, JSONL or a JSON list: columns file and caption, optionally language, start and end; others are labels; names are looked for from the table's folder, then from the folders given; metadata.csv, .tsv and .jsonl in the folders are read without this flag",
  ),
  captionTemplate: textFlag().optional().describe(
    'one more caption of each file, made of its labels, such as "driving on the {place}"',
  ),
  phaseOf: textFlag().optional().describe(
    "table with the columns file and phase (1 to 5), optionally start and end: the phase of these shots, in place of that by their scores",
  ),
  validation: numberFlag({ least: 0, most: 1 }).default(0.05).describe(
    "share of the files that is held out for evaluation; of fewer than 20 files, the last part of each, or one whole file where all are too short for that; 0 holds out nothing",
  ),
  minSeconds: numberFlag({ least: 0 }).default(KEEP_DEFAULTS.minSeconds)
    .describe(
      "shortest shot in seconds; shorter ones are dropped",
    ),
  maxSeconds: numberFlag({ least: 0.5 }).default(10).describe(
    "longest shot in seconds; longer ones are split into equal parts",
  ),
  minSide: wholeNumber(1, 65_536).default(KEEP_DEFAULTS.minSide).describe(
    "smallest shorter side in pixels",
  ),
  minMotion: numberFlag({ least: 0 }).default(KEEP_DEFAULTS.minMotion).describe(
    "smallest mean speed in frame diagonals per second; slower shots are stills",
  ),
  minSharpness: numberFlag({ least: 0 }).default(KEEP_DEFAULTS.minSharpness)
    .describe(
      "smallest variance of the Laplacian; blurrier shots are dropped",
    ),
  maxOverlay: numberFlag({ least: 0, most: 1 }).default(
    KEEP_DEFAULTS.maxOverlay,
  ).describe(
    "largest share of the frame with static text",
  ),
  processes: wholeNumber(1, 64).default(navigator.hardwareConcurrency).describe(
    "number of files that are decoded at once, each in its own process",
  ),
  pictures: z.boolean().default(false).describe(
    "keep pictures as clips of one frame, also those in folders",
  ),
  timeout: numberFlag({ least: 1 }).default(120).describe(
    "seconds without a response of the decoder before a file is dropped",
  ),
});

/** Options of `deno task ingest`. */
export type IngestOptions = z.infer<typeof ingestFlags>;
